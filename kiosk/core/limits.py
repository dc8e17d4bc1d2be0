"""Every time and count the decisions live by, with defaults; the ``[limits]`` section of the configuration."""

from pydantic import BaseModel, ConfigDict, Field

DAY_S = 86400.0


class Limits(BaseModel):
    """Seconds end in ``_s``, hours in ``_h``, counts in ``_max``. ``away``: while the library is out of reach."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask_wait_s: float = Field(4.0, gt=0, le=30)  # how long a person waits for the library
    act_wait_s: float = Field(30.0, gt=0, le=120)  # how long for its word on what they want changed
    idle_s: float = Field(40.0, ge=5, le=600)  # a screen without a touch
    slow_times: float = Field(2.0, ge=1, le=5)  # so many times longer in simple mode
    warn_s: float = Field(12.0, ge=2, le=60)  # of which the last seconds warn
    goodbye_s: float = Field(8.0, ge=1, le=60)
    slip_s: float = Field(20.0, ge=1, le=60)  # a goodbye with a slip to photograph
    print_wait_s: float = Field(60.0, ge=5, le=120)  # a slip under way, before the screen goes home without it
    slips_unasked: bool = False  # print every slip without being asked
    sorry_s: float = Field(15.0, ge=2, le=120)
    open_wait_s: float = Field(4.0, gt=0.5, le=30)  # pulse to door seen open
    shut_wait_s: float = Field(60.0, ge=5, le=900)  # door open before it is called left open
    left_open_s: float = Field(30.0, ge=1, le=900)  # after that, until the screen goes home without it
    reopen_s: float = Field(10.0, ge=0, le=60)  # after a reader has shut a door, to have it opened once more
    next_door_s: float = Field(20.0, ge=5, le=600)  # after one door, for the touch that opens the next
    open_attempts_max: int = Field(3, ge=1, le=5)  # pulses for one order
    wrong_codes_max: int = Field(10, ge=1, le=100)  # a day, for the whole point
    helper_h: float = Field(72.0, gt=0, le=720)  # how long somebody else may fetch a parcel with a code of its reader
    drop_items_max: int = Field(10, ge=1, le=50)  # in one return
    checkout_items_max: int = Field(20, ge=1, le=100)  # borrowed at the counter in one go
    stock_items_max: int = Field(6, ge=1, le=50)  # borrowed from the cabinet in one go
    loan_days: int = Field(30, ge=1, le=365)  # provisional due date
    parcels_max: int = Field(2000, ge=1, le=20000)  # rows kept of the feed
    hold_days: int = Field(7, ge=1, le=365)  # for its reader to come, where the library does not say
    stock_days: int = Field(90, ge=1, le=365)  # to lie here for anybody, where the library does not say
    recheck_s: float = Field(6 * 3600.0, ge=60)  # is it still held? where the library does not say so by itself
    pins_wrong_max: int = Field(3, ge=1, le=5)  # in one visit
    pins_wrong_day_max: int = Field(6, ge=1, le=50)  # with one card in a day
    printed_opens: bool = False  # a card number in print is easily copied; by itself it then opens no door
    patrons_max: int = Field(5000, ge=1, le=50000)  # rows kept of the feed
    reach_low_cm: int = Field(38, ge=0, le=250)  # openings below this, or above the next, are out of reach for some
    reach_high_cm: int = Field(122, ge=0, le=250)  # (both from EN 301 549, 8.3.2: forward reach from a wheelchair)
    searches_a_minute_max: int = Field(30, ge=1, le=120)  # questions to the library while somebody types
    alive_s: float = Field(300.0, ge=10, le=3600)  # how often is noted that the machine runs
    down_min_s: float = Field(900.0, ge=60)  # longer down: readers get the time back, and a lost device is told
    away_reader_items_max: int = Field(20, ge=1, le=1000)  # handed to one reader before the library has heard of any
    away_items_max: int = Field(500, ge=1, le=10000)  # the same for the whole point
    away_lending_h: int = Field(14 * 24, ge=1, le=8760)  # after that nothing is handed out; returns go on
    told_days: int = Field(90, ge=7, le=3650)  # what the library has heard is kept so long, lest it asks again
    journal_days: int = Field(180, ge=30, le=3650)  # the journal is kept so long
    keep_days: int = Field(7, ge=1, le=365)  # collected and removed parcels are forgotten after that
