"""The wording that varies (R14): friendly, short, and never in the way of the facts."""

GREETINGS = ("Hi!", "Hello there!", "Howdy!", ":wave: Hi there!", "Moi!", "Good to see you!", "Hey!", ":wave: Hello!")

RECEIVED = (
    "Your contribution has arrived.",
    "I have written your contribution down.",
    "Got it: your contribution is registered.",
    "Thank you, your contribution is in.",
)

WAIT = (
    "Somebody will look at it, and I will tell you what they said.",
    "I will be back as soon as it has been looked at.",
    "You will hear from me once it is decided.",
)

THANKS = (
    "Thank you for giving something back.",
    "Open source is better for it.",
    "Keep them coming!",
    "Somebody out there is happy today.",
)

CHEERS = (
    "Hurray, a new open source contribution!",
    "Open source got a little better:",
    "Look what has been given away again:",
    "Fresh from our open source kitchen:",
)

CONSOLATIONS = (
    "Do not let it stop you: the next one may be just right.",
    "Thank you all the same for registering it.",
    "It happens. Please go on contributing.",
)
