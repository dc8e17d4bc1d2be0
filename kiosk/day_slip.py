"""The day report on paper, Chinese or English. Pure, but for the time zone. It names no person and no title."""

from collections.abc import Mapping
from datetime import datetime

from hardware.printer import Line, Rule, Sheet
from kiosk.core.desk_screens import DaySlip, Report
from kiosk.frontend import About

_SAID: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "title": "日报",
        "day": "截至 {at} 的 24 小时",
        "now": "此刻",
        "loaded": "放入的包裹",
        "taken": "读者取走的包裹",
        "returned": "归还的书",
        "stuck": "没打开的柜门",
        "lying": "柜内包裹",
        "expired": "其中待取出",
        "drops": "柜内还回的书",
        "free": "空柜门",
        "out": "停用的柜门",
        "cases": "待处理事项",
        "bags": "未交接的袋子",
        "none": "无",
        "is": "{what}：{value}",
        "and": "、",
        "number": "编号 {number}",
        "by hand": "核对人：",
    },
    "en": {
        "title": "Day report",
        "day": "The 24 hours until {at}",
        "now": "Now",
        "loaded": "Parcels put in",
        "taken": "Parcels taken by readers",
        "returned": "Books returned",
        "stuck": "Doors that did not open",
        "lying": "Parcels lying here",
        "expired": "of these to be taken out",
        "drops": "Returned books lying here",
        "free": "Free doors",
        "out": "Doors out of use",
        "cases": "Cases to settle",
        "bags": "Bags not handed over",
        "none": "none",
        "is": "{what}: {value}",
        "and": ", ",
        "number": "No. {number}",
        "by hand": "Checked by:",
    },
}
_DAY = ("loaded", "taken", "returned", "stuck")
_NOW = ("lying", "expired", "drops", "free", "cases", "bags")


def sheet(slip: DaySlip, about: About, language: str) -> Sheet:
    """The report for a printer; a language that is not known is Chinese."""
    said, report = _SAID.get(language, _SAID["zh"]), slip.report
    place = about.names.get(language) or about.names.get("zh") or about.point
    at = datetime.fromtimestamp(report.at).strftime("%Y-%m-%d %H:%M")
    return (
        Line(place, bold=True, large=True, centred=True),
        Line(said["title"], bold=True, centred=True),
        Line(said["day"].format(at=at), centred=True),
        Rule(),
        *(_figure(report, name, said) for name in _DAY),
        Rule(),
        Line(said["now"], bold=True),
        *(_figure(report, name, said) for name in _NOW),
        _line("out", said["and"].join(report.out) or said["none"], said),
        Rule(),
        Line(said["number"].format(number=f"{about.point}-{slip.id}")),
        Line(said["by hand"]),
        Line(""),
    )


def _figure(report: Report, name: str, said: Mapping[str, str]) -> Line:
    return _line(name, getattr(report, name), said)


def _line(name: str, value: object, said: Mapping[str, str]) -> Line:
    return Line(said["is"].format(what=said[name], value=value))
