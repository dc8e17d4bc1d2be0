"""Plain values with their bounds, of which messages are made."""

from typing import Annotated

from pydantic import Field, PlainSerializer, SecretStr

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
TEXT_MAX = 200
Text = Annotated[str, Field(max_length=TEXT_MAX)]
TIME_MAX = 32503680000.0  # the year 3000; far beyond it dates cannot be shown
Moment = Annotated[float, Field(ge=0, le=TIME_MAX)]
"""Unix seconds, as a library says them."""
NUMBER_MAX = 1_000_000_000
Count = Annotated[int, Field(ge=0, le=NUMBER_MAX)]
"""How many, or the number of a telling: what no library and no point ever gets to, and any row and any JSON can say."""
Pin = Annotated[
    SecretStr,
    Field(min_length=1, max_length=12),
    PlainSerializer(lambda pin: pin.get_secret_value(), return_type=str, when_used="json"),
]
"""Said over the wire, shown nowhere else."""
Phone = Annotated[
    SecretStr,
    Field(min_length=1, max_length=15),  # ITU-T E.164
    PlainSerializer(lambda phone: phone.get_secret_value(), return_type=str, when_used="json"),
]
"""The same: digits of a telephone number."""
