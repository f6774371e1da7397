"""Receives tickets of consent-audit (a webhook of kind "tickets") and keeps issues in GitHub or Jira in step.

    CONSENT_AUDIT_TRACKER_SECRET=... GITHUB_TOKEN=... python ticket_relay.py github OWNER/REPO [API]
    CONSENT_AUDIT_TRACKER_SECRET=... JIRA_TOKEN=USER:TOKEN python ticket_relay.py jira PROJECT API

An issue is found by a label made of the finding's fingerprint: a message that comes twice changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MAX_AGE_S = int(os.environ.get("MAX_AGE_S", "600"))
MAX_BYTES = 1_000_000
PORT = int(os.environ.get("PORT", "8099"))


def call(method: str, url: str, authorization: str, body: object = None) -> Any:
    """One call of a REST API, with JSON both ways."""
    headers = {"Authorization": authorization, "Content-Type": "application/json", "Accept": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        content = answer.read()
    return json.loads(content) if content else None


class GitHub:
    """Issues of a repository. Needs a token that may write issues."""

    def __init__(self, repository: str, api: str = "https://api.github.com") -> None:
        self.issues = f"{api}/repos/{repository}/issues"
        self.authorization = f"Bearer {os.environ['GITHUB_TOKEN']}"

    def apply(self, ticket: dict[str, Any], label: str) -> None:
        """Open, reopen or close the issue of a finding."""
        query = urllib.parse.urlencode({"labels": label, "state": "all"})
        found = call("GET", f"{self.issues}?{query}", self.authorization)
        state = "closed" if ticket["action"] == "close" else "open"
        if found and found[0]["state"] != state:
            call("PATCH", f"{self.issues}/{found[0]['number']}", self.authorization, {"state": state})
        elif not found and state == "open":
            issue = {"title": ticket["title"], "body": ticket["body"], "labels": [*ticket["labels"], label]}
            call("POST", self.issues, self.authorization, issue)


class Jira:
    """Issues of a Jira project. Its workflow needs transitions that are named in DONE and TO_DO."""

    DONE, TO_DO = "Done", "To Do"

    def __init__(self, project: str, api: str) -> None:
        self.project, self.api = project, f"{api}/rest/api/2"
        self.authorization = "Basic " + base64.b64encode(os.environ["JIRA_TOKEN"].encode()).decode()

    def apply(self, ticket: dict[str, Any], label: str) -> None:
        """Open, reopen or close the issue of a finding."""
        query = urllib.parse.urlencode({"jql": f'project = "{self.project}" AND labels = "{label}"'})
        found = call("GET", f"{self.api}/search?{query}", self.authorization)["issues"]
        wanted = self.DONE if ticket["action"] == "close" else self.TO_DO
        if found:
            done = found[0]["fields"]["status"]["statusCategory"]["key"] == "done"
            if done != (wanted == self.DONE):
                self.move(found[0]["key"], wanted)
        elif wanted == self.TO_DO:
            fields = {"project": {"key": self.project}, "issuetype": {"name": "Task"}}
            fields |= {"summary": ticket["title"], "description": ticket["body"], "labels": [*ticket["labels"], label]}
            call("POST", f"{self.api}/issue", self.authorization, {"fields": fields})

    def move(self, key: str, name: str) -> None:
        """Take an issue through the transition of that name."""
        place = f"{self.api}/issue/{key}/transitions"
        known = call("GET", place, self.authorization)["transitions"]
        chosen = next(each["id"] for each in known if each["name"] == name)
        call("POST", place, self.authorization, {"transition": {"id": chosen}})


def is_signed(secret: str, header: str, body: bytes, now: float) -> bool:
    """Whether the body was signed with the secret, lately."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    at = parts.get("t", "")
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    lately = at.isdecimal() and abs(now - int(at)) < MAX_AGE_S
    return lately and hmac.compare_digest(digest, parts.get("v1", ""))


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 when the tracker is in step, 401 to strangers, 502 where it refused: then the message comes again."""

    tracker: GitHub | Jira

    def do_POST(self) -> None:
        """Take one ticket."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MAX_BYTES))
        secret = os.environ["CONSENT_AUDIT_TRACKER_SECRET"]
        if not is_signed(secret, self.headers.get("X-Consent-Audit-Signature", ""), body, time.time()):
            self.answer(401)
            return
        ticket = json.loads(body)
        try:
            self.tracker.apply(ticket, f"consent-audit-{ticket['fingerprint'][:16]}")
        except (OSError, LookupError, StopIteration) as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            self.answer(502)
            return
        self.answer(204)

    def answer(self, status: int) -> None:
        """Answer without a body."""
        self.send_response(status)
        self.end_headers()


def main() -> None:
    """Serve until Ctrl-C."""
    kind, *arguments = sys.argv[1:]
    Receiver.tracker = {"github": GitHub, "jira": Jira}[kind](*arguments)
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Receiver)
    print(f"listening on port {server.server_address[1]}", file=sys.stderr, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
