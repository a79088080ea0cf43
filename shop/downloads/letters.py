"""The kind of mail about a new version."""

from shop.mail import kinds
from shop.mail.kinds import Kind, Placeholder, Words

NEW_VERSION = kinds.add(
    Kind(
        "new_version",
        kinds.LICENSES,
        "New version",
        "When a new version is published, to those who asked to be told.",
        Words(
            "{title} {version} is here",
            """\
Hello,

{title} {version} is here. You asked us to tell you.

{notes}

[Download it]({download_link})

[No more mails about new versions of {title}]({off_link})
""",
        ),
        {
            "title": Placeholder("What was bought", "Atlas, the map editor"),
            "version": Placeholder("The new version", "2.1"),
            "notes": Placeholder("What is new; may be left out", "Maps open twice as fast."),
            "download_link": Placeholder(
                "The way to the files", "https://shop.example/downloads/3x4mpl3", is_required=True
            ),
            "off_link": Placeholder(
                "The way to end these mails",
                "https://shop.example/downloads/news/3x4mpl3",
                is_required=True,
            ),
        },
    )
)
