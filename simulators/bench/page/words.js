// Every word of the page, in both languages. Names of people and titles come from the simulated library.

export const WORDS = {
  en: {
    title: "Bench", kiosk: "The kiosk's screen", cabinet: "The cabinet", log: "What happened",
    people: "Cards", labels: "Labels", devices: "Devices", world: "Around", scenarios: "Scenarios",
    language: "中文", understood: "Understood", first: "First steps",
    steps: [
      "A courier comes: under Cards, lay C2001 on the reader and take it away.",
      "Load a parcel: under Labels, scan the items of one parcel (P00001, say) with the hand scanner. A door springs open.",
      "Below the cabinet, put the items in; then click the open door to push it shut.",
      "The reader comes: lay R1001 on the reader. Touch the kiosk's screen as a finger would.",
      "Then be fate: pull a cable under Devices, switch the network off under Around, or play a Scenario.",
    ],
    power_off: "No power", starting: "Starting …", ended: "The kiosk ended", ended_silent: "with status {0}, without a word", ended_saying: "with status {0}:\n{1}", no_screen: "No display here; its words are below.",
    shows: "It shows:", start_again: "Start it again", touch: "Touch", touch_what: "Touch by name: collect, key 3, finish …", no_answer: "No answer yet; the bench is busy, or runs no more.", alt: "The kiosk's screen, live; a click is a touch, arrow keys and Enter are its keypad", gone: "The bench does not answer. Trying again …",
    choose: "Choose a door to see what can be done with it.", door: "Door {0}", opened: "open", shut: "shut", empty: "empty", in_parcel: "parcel {0}", stock: "for anybody, parcel {0}", on_loan: "on loan to {0}", behind: "behind door {0}", pickup_of: "pickup of {0}, code {1}", app_of: "the library's app of {0}: a new QR each minute", holds: "{0} inside",
    push: "Push shut", pull: "Pull open by force", locked: "Door {0} is locked. Only the kiosk opens it, or force.",
    jam: "Jam the bolt", mend: "Repair", slow: "Opens 5 s late", stick_open: "Sensor says open", stick_shut: "Sensor says shut",
    cut: "Cut the sensor's wire", bounce: "Sensor chatters", lasting: "How long it lasts", lasts: "{0} times", lasts_on: "Until repaired", take: "Take out", put: "Put in", what: "What to put in", faults: "Faults",
    jammed: "jammed", stuck: "sensor says {0}", cutmark: "wire cut", slowmark: "{0} s late", bounces: "chatters {0}×",
    patron: "reader", courier: "courier", staff: "staff", technician: "technician", citizen: "no reader yet", lay: "Lay on {0}", lift: "Take away", hold: "Hold before {0}", scan: "Scan with {0}",
    for_anybody: "The library sends a book for anybody", filter: "Find by title, number or place", own: "Any other code", own_card: "Any other card, hex digits", show: "show the code",
    plugged: "plugged in", unplugged: "pulled", echo: "hears itself", blink: "Pull for 5 s", back_in: "pulled, back in {0} s", times: "times", fault: "Disturb", repair: "Repair",
    lies: "There lies: {0}", held: "Before it: {0}", nothing: "Nothing there",
    power: "Power", network: "Network", library: "Library's service", on: "on", off: "off", clock: "Clock", right: "right",
    day_back: "a day behind", hour_ahead: "an hour ahead", year_2000: "year 2000 (flat battery)", paper: "Paper of {0}", tear: "Tear off",
    paper_ok: "paper", paper_near_end: "near its end", paper_out: "out", paper_cover_open: "cover open", paper_fault: "printer broken", no_paper: "Nothing printed yet.",
    fresh: "Scenarios want a fresh point: on one that was used already they may fail. End the bench and start it again.", play: "Play", stop: "Stop", step: "step {0} of {1}", failed: "failed", done: "done", say_cut: "cut short", silent: "silent", late: "late", garbage: "noise",
    bad_check: "bad check", split: "in pieces", lifted: "lifted while read", fleeting: "lifted at once", unfit: "no number", pulled: "plug pulled while read",
    library_speaks: "What the library says", fails: "fails (500)", busy: "busy (503)", hangs: "never answers", not_json: "a web page instead",
    wrong_shape: "wrong shape", answer_lost: "booked, answer lost", say_slow: "byte by byte", refused_login: "refuses the login",
    wrong_sequence: "wrong sequence number", twice: "answers twice", closes: "hangs up", request_lost: "request lost", under_way: "booked later, no answer", nonsense: "nonsense",
    kind_board: "board", kind_card: "card reader", kind_scanner: "scanner", kind_camera: "camera", kind_pad: "pad", kind_printer: "printer", hold_well: "Hold it well", grip_distance: "Distance", grip_blur: "Blur", grip_angle: "Turned", grip_tilt: "Tilted away", grip_shake: "Shaking",
    own_tag: "Other number", kind: "Kind of tag", tag_book: "book", tag_patron: "reader's card", tag_foreign: "other library's",
    tag_blank: "says nothing", none: "None here.", playing: "A scenario plays; what you do now is done as well.",
  },
  zh: {
    title: "模拟台", kiosk: "取书柜屏幕", cabinet: "柜体", log: "发生了什么",
    people: "卡", labels: "条码", devices: "设备", world: "环境", scenarios: "剧本",
    language: "English", understood: "知道了", first: "先这样试",
    steps: [
      "配送员来了：在“卡”里把 C2001 放上读卡器，再拿开。",
      "上架：在“条码”里用扫描器扫同一个包裹（如 P00001）的书，会有一扇门弹开。",
      "在柜体下方把书放进去，再点开着的门把它推上。",
      "读者来了：放上 R1001 的卡。像手指一样点屏幕即可。",
      "然后出点状况：在“设备”里拔线，在“环境”里断网，或播放一个“剧本”。",
    ],
    power_off: "没有电", starting: "正在启动……", ended: "程序已退出", ended_silent: "状态 {0}，没有留话", ended_saying: "状态 {0}：\n{1}", no_screen: "此处没有显示器，文字见下。",
    shows: "正在显示：", start_again: "重新启动", touch: "点击", touch_what: "按名称点击：collect、key 3、finish……", no_answer: "还没有应答：模拟台正忙，或已停止。", alt: "取书柜实时屏幕，点击即触摸；方向键和回车键相当于它的键盘", gone: "模拟台没有应答，正在重试……",
    choose: "点一扇门，看能做什么。", door: "{0} 号门", opened: "开着", shut: "关着", empty: "空", in_parcel: "包裹 {0}", stock: "谁都可借，包裹 {0}", on_loan: "{0} 借阅中", behind: "在 {0} 号门后", pickup_of: "{0} 的取书码，数字码 {1}", app_of: "{0} 手机上的图书馆应用：二维码每分钟一换", holds: "内有 {0} 件",
    push: "推上", pull: "强行拉开", locked: "{0} 号门锁着。只有取书柜能打开，或者强行拉开。",
    jam: "卡住锁舌", mend: "修好", slow: "延迟 5 秒才开", stick_open: "传感器总说开", stick_shut: "传感器总说关",
    cut: "剪断传感器线", bounce: "传感器抖动", lasting: "持续多久", lasts: "{0} 次", lasts_on: "直到修好", take: "取出", put: "放入", what: "放入什么", faults: "故障",
    jammed: "卡住", stuck: "传感器总说{0}", cutmark: "线断", slowmark: "迟 {0} 秒", bounces: "抖动 {0} 次",
    patron: "读者", courier: "配送员", staff: "馆员", technician: "技术员", citizen: "尚未办证", lay: "放上 {0}", lift: "拿开", hold: "举到 {0} 前", scan: "用 {0} 扫",
    for_anybody: "图书馆送来一本谁都可借的书", filter: "按书名、号码或位置查找", own: "其他条码", own_card: "其他卡号（十六进制）", show: "看条码",
    plugged: "已插好", unplugged: "已拔下", echo: "听到自己的回声", blink: "拔下 5 秒", back_in: "已拔下，{0} 秒后插回", times: "次", fault: "干扰", repair: "修好",
    lies: "上面放着：{0}", held: "镜头前：{0}", nothing: "没有东西",
    power: "电源", network: "网络", library: "图书馆服务", on: "开", off: "关", clock: "时钟", right: "准确",
    day_back: "慢一天", hour_ahead: "快一小时", year_2000: "2000 年（电池没电）", paper: "{0} 的纸", tear: "撕下",
    paper_ok: "有纸", paper_near_end: "快用完", paper_out: "没纸", paper_cover_open: "盖子开着", paper_fault: "打印机故障", no_paper: "还没有打印。",
    fresh: "剧本要在全新的取书点上播放；用过之后可能失败。请先结束模拟台，再重新启动。", play: "播放", stop: "停止", step: "第 {0} 步，共 {1} 步", failed: "失败", done: "完成", say_cut: "话没说完", silent: "不应答", late: "迟到", garbage: "杂音",
    bad_check: "校验错", split: "断续", lifted: "读时拿走", fleeting: "一闪而过", unfit: "没有卡号", pulled: "读卡时拔线",
    library_speaks: "图书馆的应答", fails: "出错（500）", busy: "忙（503）", hangs: "不应答", not_json: "只给网页",
    wrong_shape: "格式不对", answer_lost: "已记账，应答丢失", say_slow: "一字节一字节地来", refused_login: "拒绝登录",
    wrong_sequence: "序号不对", twice: "答两遍", closes: "挂断", request_lost: "请求丢失", under_way: "稍后才记账，不应答", nonsense: "答非所问",
    kind_board: "锁控板", kind_card: "读卡器", kind_scanner: "扫描器", kind_camera: "摄像头", kind_pad: "感应板", kind_printer: "打印机", hold_well: "好好拿着", grip_distance: "距离", grip_blur: "模糊", grip_angle: "旋转", grip_tilt: "倾斜", grip_shake: "抖动",
    own_tag: "其他号码", kind: "标签种类", tag_book: "图书", tag_patron: "读者证", tag_foreign: "外馆图书",
    tag_blank: "空白标签", none: "这里没有。", playing: "剧本正在播放；您的操作也会生效。",
  },
};

let language = localStorage.getItem("bench-language") || (navigator.language.startsWith("zh") ? "zh" : "en");

export const spoken = () => language;

// Where a thing is and how the kiosk ended, which the bench says in English.
const PLACES = [[/^parcel (.+)$/, "in_parcel"], [/^for anybody, parcel (.+)$/, "stock"], [/^on loan to (.+)$/, "on_loan"], [/^door (.+)$/, "behind"], [/^pickup of (.+), code (.+)$/, "pickup_of"], [/^app of (.+)$/, "app_of"], [/^it ended with status (\S+): it said nothing$/, "ended_silent"], [/^it ended with status (\S+): ([^]*)$/, "ended_saying"]];

export function told(place) {
  const known = PLACES.find(([form]) => form.test(place || ""));
  return known ? t(known[1], ...place.match(known[0]).slice(1)) : place;
}

export function speak(other) {
  language = other;
  localStorage.setItem("bench-language", other);
}

export function t(key, ...values) {
  const word = WORDS[language][key] ?? key;
  return typeof word === "string" ? word.replace(/\{(\d)\}/g, (_, n) => values[n]) : word;
}
