#!/usr/bin/env python3
"""A provider that takes its time: GitHub's, GitLab's and Bitbucket's shape over plain HTTP, each answer after a fixed delay.

    python3 benches/provider.py [--delay MILLISECONDS] [--repositories N] [--installations N] [--workspaces N,N…] [--port PORT]

Prints the port it listens on. Serves any number of requests at once; pages are made once and kept, so that the delay is what is
measured. Knows one GitHub App, and takes any signature for its own. Understands absolute-form targets, so that it can stand behind
`http_proxy` (that is how `gh` is pointed at it).
`GET /_statistics` answers at once: requests so far, the most at a time, and starts both anew.
"""

import argparse
import asyncio
import datetime
import gzip
import json
from urllib.parse import parse_qs, urlsplit

from bitbucket import Bitbucket

GITHUB_LINKS = (
    "archive_url assignees_url blobs_url branches_url collaborators_url comments_url commits_url compare_url contents_url "
    "contributors_url deployments_url downloads_url events_url forks_url git_commits_url git_refs_url git_tags_url hooks_url "
    "issue_comment_url issue_events_url issues_url keys_url labels_url languages_url merges_url milestones_url notifications_url "
    "pulls_url releases_url stargazers_url statuses_url subscribers_url subscription_url tags_url teams_url trees_url"
).split()
OWNER_LINKS = (
    "avatar_url html_url followers_url following_url gists_url starred_url subscriptions_url organizations_url repos_url events_url "
    "received_events_url url"
).split()
REASONS = {200: "OK", 201: "Created", 404: "Not Found"}


def repository(number, owner="acme-corp"):
    """A row as GitHub sends it, every link included: about 5 KB."""
    name = f"{owner}/repository-{number:04}"
    api = f"https://api.github.com/repos/{name}"
    row = {
        "id": 100_000 + number,
        "node_id": f"R_kgDO{number:08}",
        "name": name.split("/")[1],
        "full_name": name,
        "private": number % 3 == 0,
        "owner": {"login": owner, "id": 1, "type": "Organization"}
        | {link: f"https://api.github.com/users/{owner}/{link}" for link in OWNER_LINKS},
        "html_url": f"https://github.com/{name}",
        "url": api,
        "description": "What this repository is for, in one line that is about as long as most are",
        "fork": False,
        "clone_url": f"https://github.com/{name}.git",
        "ssh_url": f"git@github.com:{name}.git",
        "git_url": f"git://github.com/{name}.git",
        "default_branch": "main",
        "archived": False,
        "disabled": False,
        "visibility": "public",
        "size": 4321,
        "stargazers_count": 12,
        "language": "Rust",
        "topics": ["git", "tools"],
        "license": {"key": "mit", "name": "MIT License", "spdx_id": "MIT"},
        "permissions": {"admin": False, "maintain": False, "push": True, "triage": True, "pull": True},
        "created_at": "2024-01-01T00:00:00Z",
        "updated_at": "2026-10-01T00:00:00Z",
        "pushed_at": f"2026-10-{28 - number % 28:02}T{number % 24:02}:{number % 60:02}:00Z",
    }
    return row | {link: f"{api}/{link}{{/sha}}" for link in GITHUB_LINKS}


def account(number):
    """Where the app is installed."""
    return f"account-{number:02}"


def installation(number):
    return {
        "id": number,
        "account": {"login": account(number), "id": 1000 + number, "type": "Organization"},
        "repository_selection": "all",
        "html_url": f"https://github.com/organizations/{account(number)}/settings/installations/{number}",
        "permissions": {"contents": "read", "metadata": "read"},
        "created_at": "2026-01-01T00:00:00Z",
        "suspended_at": None,
    }


class Provider:
    def __init__(self, delay, repositories, installations=0, workspaces=()):
        self.delay = delay
        self.bitbucket = Bitbucket(workspaces)
        self.rows = [repository(number) for number in range(repositories)]
        self.pages = {}
        self.installations = [installation(number) for number in range(1, installations + 1)]
        self.installed = {number: self.listing(number) for number in range(1, installations + 1)}
        self.requests = self.active = self.most = self.logins = 0

    def listing(self, number):
        """What an installation sees, and its gzip form."""
        rows = [repository(50 * number + each, account(number)) for each in range(50)]
        body = encode({"total_count": len(rows), "repository_selection": "all", "repositories": rows})
        return body, gzip.compress(body, 6)

    def page(self, size, number):
        """One page and its gzip form, made once."""
        if (size, number) not in self.pages:
            body = json.dumps(self.rows[(number - 1) * size : number * size]).encode()
            self.pages[size, number] = (body, gzip.compress(body, 6))
        return self.pages[size, number]

    def of_app(self, path, bearer):
        """The same for the calls of the app, or None."""
        if path == "/app":
            owner = {"login": "acme-corp", "id": 1, "type": "Organization"}
            app = {"id": 4711, "client_id": "Iv23liBENCH", "slug": "bench", "name": "bench", "owner": owner}
            return 200, [], encode(app | {"permissions": {"contents": "read", "metadata": "read"}}), None
        if path == "/app/installations":
            return 200, [], encode(self.installations), None
        if path.startswith("/app/installations/") and path.endswith("/access_tokens"):
            end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
            self.logins += 1
            token = {"token": f"ghs_{path.split('/')[3]}x{self.logins:036}", "expires_at": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
            return 201, [], encode(token | {"repository_selection": "all"}), None
        if path == "/installation/repositories":
            return 200, [], *self.installed[int(bearer.removeprefix("ghs_").split("x")[0])]
        return None

    def answer(self, target, host, bearer):
        """Status, further headers, body and its gzip form (or None)."""
        url = urlsplit(target)
        path = url.path.removeprefix("/api/v3")
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        if path == "/user":
            return 200, [("X-OAuth-Scopes", "repo, read:org")], encode({"login": "octocat", "id": 1, "type": "User"}), None
        if path == "/user/repos":
            size, number = int(query.get("per_page", 30)), int(query.get("page", 1))
            last = max(1, -(-len(self.rows) // size))
            kept = "".join(f"&{key}={value}" for key, value in query.items() if key not in ("page", "per_page"))
            link = lambda page, rel: f'<http://{host}{url.path}?per_page={size}&page={page}{kept}>; rel="{rel}"'
            links = [link(number - 1, "prev"), link(1, "first")] if number > 1 else []
            links += [link(number + 1, "next"), link(last, "last")] if number < last else []
            return 200, [("Link", ", ".join(links))] if links else [], *self.page(size, number)
        if answer := self.of_app(path, bearer) or self.bitbucket.answer(path, query, host):
            return answer
        if path.endswith("/api/v4/user"):
            return 200, [], encode({"id": 1, "username": "ops", "name": "Ops", "state": "active", "bot": False}), None
        if path.endswith("/api/v4/personal_access_tokens/self"):
            token = {"id": 7, "name": "gitconn", "revoked": False, "active": True, "user_id": 1, "expires_at": "2099-01-01"}
            return 200, [], encode(token | {"scopes": ["read_api", "read_repository"], "created_at": "2026-01-01T00:00:00Z"}), None
        if path.endswith("/oauth/token"):
            self.logins += 1
            pair = {"access_token": f"{self.logins:064x}", "refresh_token": f"{self.logins:063x}f", "token_type": "Bearer"}
            return 200, [], encode(pair | {"expires_in": 7200, "scope": "api read_user", "created_at": 1_607_635_748}), None
        if path.endswith("/oauth/token/info"):
            info = {"resource_owner_id": 1, "expires_in": 7200, "created_at": 1_607_635_748}
            return 200, [], encode(info | {"scope": ["api", "read_user"], "scopes": ["api", "read_user"]}), None
        if path.endswith("/api/v4/version") or path.endswith("/api/v4/metadata"):
            return 200, [], encode({"version": "18.5.0", "revision": "0"}), None
        return 404, [], encode({"message": "Not Found"}), None

    async def serve(self, reader, writer):
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                line, *fields = head.split("\r\n")
                method, target, _ = line.split(" ", 2)
                headers = {key.strip().lower(): value.strip() for key, _, value in (field.partition(":") for field in fields)}
                await reader.readexactly(int(headers.get("content-length", 0)))
                if target == "/_statistics":
                    self.send(writer, 200, [], encode({"requests": self.requests, "most": self.most}))
                    self.requests = self.most = 0
                    continue
                bearer = headers.get("authorization", "").removeprefix("Bearer ")
                self.requests += 1
                self.active += 1
                self.most = max(self.most, self.active)
                status, more, body, packed = self.answer(target, headers.get("host", ""), bearer)
                await asyncio.sleep(self.delay)
                self.active -= 1
                if packed and "gzip" in headers.get("accept-encoding", ""):
                    body, more = packed, [*more, ("Content-Encoding", "gzip")]
                self.send(writer, status, more, body, method == "HEAD")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    def send(self, writer, status, more, body, head=False):
        limits = [("X-RateLimit-Limit", "5000"), ("X-RateLimit-Remaining", "4999"), ("X-RateLimit-Reset", "4102444800")]
        lines = [f"HTTP/1.1 {status} {REASONS[status]}"]
        fields = [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", len(body)), *limits, *more]
        lines += [f"{key}: {value}" for key, value in fields]
        writer.write("\r\n".join([*lines, "", ""]).encode() + (b"" if head else body))


def encode(value):
    return json.dumps(value).encode()


async def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--delay", type=float, default=80, help="milliseconds before each answer (80)")
    arguments.add_argument("--repositories", type=int, default=1000)
    arguments.add_argument("--installations", type=int, default=0, help="of the app, with 50 repositories each (0)")
    arguments.add_argument("--workspaces", default="", help="repositories in each workspace: 100,50 (none)")
    arguments.add_argument("--port", type=int, default=0)
    chosen = arguments.parse_args()
    workspaces = [int(size) for size in chosen.workspaces.split(",") if size]
    provider = Provider(chosen.delay / 1000, chosen.repositories, chosen.installations, workspaces)
    for size in (30, 100):
        for number in range(1, -(-chosen.repositories // size) + 1):
            provider.page(size, number)
    server = await asyncio.start_server(provider.serve, "127.0.0.1", chosen.port, limit=1 << 20, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
