"""Bitbucket Cloud's shape for provider.py: workspaces, and the repositories of each, newest change first."""

import datetime
import gzip
import json

NEWEST = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
LINKS = "self html avatar pullrequests commits forks watchers branches tags downloads source hooks".split()
OWN_LINKS = "self html avatar".split()


def uuid(number):
    return f"{{{number:08x}-0000-4000-8000-{number:012x}}}"


def slug(number):
    return f"workspace-{number:02}"


def links(names, path):
    return {name: {"href": f"https://api.bitbucket.org/2.0/{path}/{name}"} for name in names}


def access(number):
    """A row of `/user/workspaces`: neither name nor role."""
    workspace = {"type": "workspace_base", "uuid": uuid(number), "slug": slug(number)}
    return {
        "type": "workspace_access",
        "administrator": number % 3 == 0,
        "workspace": workspace | {"links": links(["self", "avatar"], f"workspaces/{slug(number)}")},
    }


def repository(workspace, number, workspaces):
    """A row as Bitbucket sends it, every link included: about 3 KB. Those of the workspaces follow one another in turns."""
    owner = slug(workspace)
    name = f"{owner}/repository-{number:04}"
    age = number * workspaces + workspace
    changed = (NEWEST - datetime.timedelta(minutes=17 * age)).isoformat(timespec="microseconds")
    of_owner = {"uuid": uuid(workspace), "links": links(OWN_LINKS, f"workspaces/{owner}")}
    clone = [
        {"name": "https", "href": f"https://ada@bitbucket.org/{name}.git"},
        {"name": "ssh", "href": f"git@bitbucket.org:{name}.git"},
    ]
    return {
        "type": "repository",
        "uuid": uuid(1_000_000 * (workspace + 1) + number),
        "full_name": name,
        "name": f"Repository {number:04}",
        "slug": name.split("/")[1],
        "description": "What this repository is for, in one line that is about as long as most are",
        "is_private": number % 3 != 0,
        "scm": "git",
        "website": None,
        "language": "rust",
        "size": 4_321_000 + number,
        "has_issues": False,
        "has_wiki": False,
        "fork_policy": "no_public_forks",
        "created_on": "2024-01-01T00:00:00.000000+00:00",
        "updated_on": changed,
        "parent": None,
        "mainbranch": {"type": "branch", "name": "main"},
        "override_settings": {"default_merge_strategy": False, "branching_model": False},
        "owner": of_owner | {"type": "team", "display_name": f"Workspace {workspace}", "username": owner},
        "workspace": of_owner | {"type": "workspace", "slug": owner, "name": f"Workspace {workspace}"},
        "project": {
            "type": "project",
            "key": "PROJ",
            "uuid": uuid(workspace + 500),
            "name": "The project",
            "links": links(OWN_LINKS, f"workspaces/{owner}/projects/PROJ"),
        },
        "links": links(LINKS, f"repositories/{name}") | {"clone": clone},
    }


def encode(value):
    body = json.dumps(value).encode()
    return body, gzip.compress(body, 6)


class Bitbucket:
    """An account in workspaces of these sizes."""

    def __init__(self, sizes):
        self.rows = {slug(number): [repository(number, each, len(sizes)) for each in range(size)] for number, size in enumerate(sizes)}
        self.workspaces = [access(number) for number in range(len(sizes))]
        self.pages = {}

    def page(self, workspace, query, host):
        """One page and its gzip form, made when it is first asked for: the delay is what is measured from then on."""
        kept = "".join(f"{key}={value}&" for key, value in query.items() if key != "page")
        size, number = min(int(query.get("pagelen", 10)), 100), int(query.get("page", 1))
        if (workspace, kept, number) not in self.pages:
            rows = self.rows[workspace]
            frame = {"pagelen": size, "page": number, "size": len(rows), "values": rows[(number - 1) * size : number * size]}
            if number * size < len(rows):
                frame["next"] = f"http://{host}/2.0/repositories/{workspace}?{kept}page={number + 1}"
            self.pages[workspace, kept, number] = encode(frame)
        return self.pages[workspace, kept, number]

    def answer(self, path, query, host):
        """Status, further headers, body and its gzip form, as provider.py has them; None if it is not of this API."""
        if not path.startswith("/2.0/"):
            return None
        path = path.removeprefix("/2.0")
        if path == "/user":
            user = {"type": "user", "uuid": uuid(1), "username": "ada", "nickname": "ada", "display_name": "Ada Lovelace"}
            scopes = "read:user:bitbucket, read:workspace:bitbucket, read:repository:bitbucket"
            return 200, [("X-OAuth-Scopes", scopes), ("X-Credential-Type", "apitoken")], *encode(user)
        if path == "/user/workspaces":
            return 200, [], *encode({"pagelen": 100, "page": 1, "size": len(self.workspaces), "values": self.workspaces})
        workspace = path.removeprefix("/repositories/")
        if workspace not in self.rows:
            error = {"message": f"No workspace with identifier '{workspace}'."}
            return 404, [], *encode({"type": "error", "error": error})
        return 200, [], *self.page(workspace, query, host)
