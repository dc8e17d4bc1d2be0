"""Lines of SIP2 with their checksums, recomputed, from published conversations and unit tests.

The conversation: SIPServer (github.com/evergreen-library-system/SIPServer) with its test data. Renewal: its manual.
"""

CONVERSATION = [
    (b"9300CNscclient|COclientpwd|CPLocker-01|AY0AZF098", b"941AY0AZFDFD"),
    (
        b"9900802.00AY1AZFCA0",
        b"98YNNYNN60000320261123    1643372.00AOUWOLS|BXYYYYYYYYYNYNYYYY|AY1AZEDD7",
    ),
    (
        b"6300120261123    164337  Y       AOUWOLS|AAdjfiander|ACtp|AD6789|AY3AZEDCE",
        b"64  Y           00020261123    164337000000000000000100000000AOUWOLS|AAdjfiander|AEDavid J. Fiander|"
        b"BD2 Meadowvale Dr. St Thomas, ON|BEdjfiander@hotmail.com|BF(519) 555 1234|AQBeacock|BLY|CQY|PA20501231|"
        b"PB19640925|PCA|PIY|AY3AZC00D",
    ),
    (
        b"11YN20261123    164338                  AOUWOLS|AAdjfiander|AB1565921879|AC|AD6789|AY5AZEAC5",
        b"121NNY20261123    164338AOUWOLS|AAdjfiander|AB1565921879|AJPerl 5 desktop reference|"
        b"AH20261207    164338|CK001|AY5AZDF9F",
    ),
    (
        b"09N20261123    16433820261123    164338APLocker-01|AOUWOLS|AB1565921879|AC|AY7AZEC94",
        b"101YNN20261123    164338AOUWOLS|AB1565921879|AQ|AJPerl 5 desktop reference|AAdjfiander|CK001|AY7AZE2E3",
    ),
]

FRAMES = [
    (b"97AZFEF5", None),
    (b"96AZFEF6", None),
    (b"941AY0AZFDFD", 0),
    (b"9900802.00AY1AZFCA0", 1),
    (b"09N20160419    12200820160419    122008APReading Room 1|AO830|AB830$28170815|AC|AY2AZEB80", 2),
    (
        b"300NUU20080228    222232AOWOHLERS|AAX00000241|ABM02400028262|AJFolksongs of Britain and Ireland|"
        b"AH5/23/2008,23:59|CH|AFOverride required to exceed renewal limit.|AY1AZCDA5",
        1,
    ),
    ("1803020120261123    164404AB660|AJ三体|AY4AZF2C9".encode(), 4),
    ("1803020120261123    164404AB660|AJ三体|AY4AZF3AC".encode("gb18030"), 4),
    *((said, int(said[said.rindex(b"AY") + 2 : said.rindex(b"AY") + 3])) for pair in CONVERSATION for said in pair),
]

STANDARD = [
    (b"2301920261123    164337AOUWOLS|AAdjfiander|AC|AD6789|AY2AZF027", 2, ["019", "20261123    164337"]),
    (
        b"24              01920261123    164337AOUWOLS|AAdjfiander|AEDavid J. Fiander|BLY|CQY|AY2AZE81E",
        2,
        ["              ", "019", "20261123    164337"],
    ),
    (b"1720261123    164337AOUWOLS|AB1565921879|AC|AY4AZF42C", 4, ["20261123    164337"]),
    (b"15+20261123    164337AOUWOLS|AAdjfiander|AB1565921879|AC|BSLocker-01|AY6AZEB5D", 6, ["+", "20261123    164337"]),
    (
        b"161N20261123    164337AOUWOLS|AAdjfiander|AB1565921879|BR3|AFPlaced.|AY6AZEB4A",
        6,
        ["1", "N", "20261123    164337"],
    ),
    (
        b"29NN20261123    164337                  AOUWOLS|AAdjfiander|AB1565921879|AY8AZEDA4",
        8,
        ["N", "N", "20261123    164337", "                  "],
    ),
    (b"6520261123    164337AOUWOLS|AAdjfiander|AC|AY9AZF293", 9, ["20261123    164337"]),
    (
        b"6610001000120261123    164337AOUWOLS|BM1565921879|BN0440242746|AY9AZF057",
        9,
        ["1", "0001", "0001", "20261123    164337"],
    ),
    (b"3520261123    164337AOUWOLS|AAdjfiander|AY0AZF39F", 0, ["20261123    164337"]),
    (b"36Y20261123    164337AOUWOLS|AAdjfiander|AFGoodbye.|AY0AZEF4B", 0, ["Y", "20261123    164337"]),
    (
        b"3720261123    1643370100USDBV1.50|AOUWOLS|AAdjfiander|CG1|BK17|AY1AZED6F",
        1,
        ["20261123    164337", "01", "00", "USD"],
    ),
    (b"38Y20261123    164337AOUWOLS|AAdjfiander|BK17|AY1AZF1D1", 1, ["Y", "20261123    164337"]),
    (b"01N20261123    164337AOUWOLS|ALCard found.|AAdjfiander|AC|AY2AZED69", 2, ["N", "20261123    164337"]),
    (b"1920261123    164337AOUWOLS|AB1565921879|CHfits|AY3AZF26E", 3, ["20261123    164337"]),
    (b"20120261123    164337AB1565921879|AJPerl 5 desktop reference|AY3AZEDD0", 3, ["1", "20261123    164337"]),
    (b"2520261123    164337AOUWOLS|AAdjfiander|AY4AZF39C", 4, ["20261123    164337"]),
    (
        b"26              00020261123    164337AOUWOLS|AAdjfiander|AEDavid J. Fiander|BLY|AY4AZE98D",
        4,
        ["              ", "000", "20261123    164337"],
    ),
    (
        b"101YNY20261123    164337AOUWOLS|AB1565921879|AQmain|CLbin 2|CRfiction|CS813|CTLocker-01|"
        b"CV01|CY21234|DALee, Ann|ZZ?|AY5AZDC93",
        5,
        ["1", "Y", "N", "Y", "20261123    164337"],
    ),
]
"""A line of every message that the conversation does not have, from the tables of the standard (3M SIP 2.00), and one
of the 3M extension document 1.20; split by hand into the values of the fixed part, and summed without our codec."""
FRAMES += [(said, sequence) for said, sequence, _ in STANDARD]

SPOILT = [  # widely copied, and wrong
    b"9300CNLoginUserID|COLoginPassword|CPLocationCode|AY5AZEC78",
    b"941AY3AZECEC",
]
