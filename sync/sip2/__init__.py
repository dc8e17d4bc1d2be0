"""SIP2, the common language of library systems and self-service machines, as bytes in and out; no sockets here.

``frame``: bytes to lines and back. ``layout``: what each message is made of. ``message``: lines to values and back.
Source: 3M Standard Interchange Protocol 2.00, document revision 2.12 (2006-04-11); what real systems do is said where
it matters.
"""
