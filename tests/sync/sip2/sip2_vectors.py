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

SPOILT = [  # widely copied, and wrong
    b"9300CNLoginUserID|COLoginPassword|CPLocationCode|AY5AZEC78",
    b"941AY3AZECEC",
]
