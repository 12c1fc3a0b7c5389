"""files.getUploadURLExternal, the address it gives, and files.completeUploadExternal, which works once for each."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from fake_slack.asked import Answer, Asked, SaysNo
from fake_slack.workspace import Posted

LONGEST_ALT = 1000


@dataclass
class Upload:
    name: str
    length: int
    alt: str
    content: bytes | None = None
    shared: bool = False


@dataclass
class Files:
    """`base`: where the fake Slack listens. `failing`: how many of the next uploads are answered with a 500."""

    base: str = ""
    uploads: dict[str, Upload] = field(default_factory=dict)
    failing: int = 0

    def address(self, asked: Asked) -> Answer:
        asked.need("files:write")
        name, length = asked.text("filename"), asked.text("length")
        if not name or not length.isdigit() or int(length) < 1 or len(asked.text("alt_txt")) > LONGEST_ALT:
            raise SaysNo("invalid_arguments")
        file = f"F0{len(self.uploads) + 1:06d}"
        self.uploads[file] = Upload(name, int(length), asked.text("alt_txt"))
        return {"upload_url": f"{self.base}/upload/v1/{file}", "file_id": file}

    async def came(self, request: web.BaseRequest) -> web.StreamResponse:
        content = await request.read()
        if self.failing:
            self.failing -= 1
            return web.Response(status=500, text="upstream error")
        upload = self.uploads.get(request.path.rpartition("/")[2])
        if upload is None or upload.content is not None:
            return web.Response(status=404, text="no such upload")
        if len(content) != upload.length:
            return web.Response(status=400, text="wrong length")
        upload.content = content
        return web.Response(text=f"OK - {upload.length}")

    def complete(self, asked: Asked) -> Answer:
        """Its answer holds no `ts`: the message comes into being afterwards."""
        asked.need("files:write")
        channel = asked.workspace.channels.get(asked.text("channel_id"))
        if channel is None or (channel.private and not asked.is_member(channel)):
            raise SaysNo("channel_not_found")
        if not asked.is_member(channel):
            raise SaysNo("not_in_channel")
        if channel.archived:
            raise SaysNo("is_archived")
        thread = asked.text("thread_ts") or None
        if thread is not None and asked.workspace.message(channel.id, thread) is None:
            raise SaysNo("thread_not_found")
        shared = [self._shared(one) for one in asked.args.get("files") or ()]
        if not shared:
            raise SaysNo("invalid_arguments")
        posted = Posted(
            channel=channel.id,
            ts=asked.workspace.next_ts(),
            at=asked.workspace.clock(),
            text="",
            blocks=[],
            metadata=None,
            thread_ts=thread,
            files=shared,
        )
        asked.workspace.messages.append(posted)
        return {"files": [{"id": one["id"], "title": one["title"]} for one in shared]}

    def _shared(self, one: dict[str, Any]) -> dict[str, Any]:
        upload = self.uploads.get(one.get("id", ""))
        if upload is None or upload.content is None:
            raise SaysNo("file_not_found")
        if upload.shared:
            raise SaysNo("file_already_completed")
        upload.shared = True
        return {"id": one["id"], "name": upload.name, "title": one.get("title") or upload.name, "alt_txt": upload.alt}
