#!/usr/bin/env python3
"""Measures gitconn and prints a table: each figure beside a peer, or a limit, measured in the same run. See benches/run."""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib

HERE = pathlib.Path(__file__).resolve().parent
DOCUMENT = HERE.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- table: benches/run --write -->", "<!-- end of table -->"
DELAY = 80  # milliseconds each answer of the provider takes


def token(number):
    """A classic token with a right checksum: 30 letters and the base 62 of their CRC-32."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    body = f"{number:030}"
    rest, checksum = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        checksum = letters[digit] + checksum
    return "ghp" + "_" + body + checksum


class Home:
    """A home of its own for the programs."""

    def __init__(self, root, program, like=None):
        """An empty store, or a copy of what another home holds."""
        self.root = pathlib.Path(root)
        self.program = os.path.abspath(program)
        if like:
            shutil.copytree(like.root, self.root)
        else:
            self.root.mkdir(parents=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "USER": "bench",
            "TERM": "dumb",
            "XDG_DATA_HOME": str(self.root / "data"),
            "XDG_STATE_HOME": str(self.root / "state"),
            "XDG_CONFIG_HOME": str(self.root / "config"),
            "GITCONN_KEY_FILE": str(self.root / "key"),
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        }
        if not like:
            self.run("store", "init", "--key", "file", "--key-out", str(self.root / "key"))

    @property
    def store(self):
        return self.root / "data" / "gitconn" / "store.age"

    def run(self, *arguments, given=None):
        """Runs gitconn to its end; an unexpected exit code ends the benchmark."""
        done = subprocess.run([self.program, *arguments], env=self.environment, input=given, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
        return done.stdout

    def fill(self, connections, events, provider="github", host=()):
        """Stores so many connections, then makes events until there are so many."""
        for number in range(connections):
            secret = token(number) if provider == "github" else "glpat" + "-" + f"{number:020}"
            self.run("connect", provider, f"c{number:04}", "--token-stdin", "--offline", *host, given=secret)
        made = connections + 1
        names = [f"c{number:04}" for number in range(connections)]
        while made < events:
            # Off and on again: the store ends as it was, with an event for each.
            some = names[: max(1, min(connections, (events - made) // 2))]
            self.run("disable", *some)
            self.run("enable", *some)
            made += 2 * len(some)
        return self

    def connect_app(self, name, key, origin, *more):
        """Stores the provider's app."""
        app = ("--app", "--host", origin, "--client-id", "Iv23liBENCH", "--private-key-file", str(key))
        self.run("connect", "github", name, *app, *more)


def spawn(command, environment, given="/dev/null"):
    """Runs a command to its end, with a file on its stdin, and returns the milliseconds it took. Its output goes nowhere."""
    actions = [(os.POSIX_SPAWN_OPEN, 0, str(given), os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    actions.append((os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0))
    started = time.perf_counter_ns()
    child = os.posix_spawn(command[0], command, environment, file_actions=actions)
    _, status = os.waitpid(child, 0)
    took = (time.perf_counter_ns() - started) / 1e6
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)}: exit {os.waitstatus_to_exitcode(status)}")
    return took


def medians(runs, *programs):
    """The median of each (command, environment), run in turns so that all see the same machine; the first round is not counted."""
    times = [[] for _ in programs]
    for round_number in range(runs + 1):
        for index, program in enumerate(programs):
            took = program() if callable(program) else spawn(*program)
            if round_number > 0:
                times[index].append(took)
    return [statistics.median(each) for each in times]


def peak(command, environment, runs=5):
    """Peak memory in MiB by GNU time (a child of this program would be charged with our own size), or None without it."""
    if not os.access("/usr/bin/time", os.X_OK):
        return None
    sizes = []
    for _ in range(runs):
        done = subprocess.run(["/usr/bin/time", "-f", "%M", *command], env=environment, capture_output=True, text=True)
        sizes.append(int(done.stderr.strip().splitlines()[-1]) / 1024)
    return statistics.median(sizes)


class Provider:
    """benches/provider.py as a process."""

    def __init__(self, repositories, installations=0, workspaces=()):
        command = [sys.executable, "-B", str(HERE / "provider.py"), "--delay", str(DELAY), "--repositories", str(repositories)]
        command += ["--installations", str(installations), "--workspaces", ",".join(map(str, workspaces))]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.child.stdout.readline())

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.port}"

    def statistics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_statistics") as answer:
            return json.load(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, measured, beside, reach, held):
        verdict = "–" if held is None else "yes" if held else "**no**"
        self.rows.append(f"| {what} | {measured} | {beside} | {reach} | {verdict} |")
        print(self.rows[-1], flush=True)

    def heads(self):
        return ["| what | gitconn | beside it, in the same run | reach | held |", "|---|---|---|---|---|"]


def ms(value):
    return f"{value:.1f} ms"


def mib(value):
    return "–" if value is None else f"{value:.1f} MiB"


def gh_home(gh, root):
    """The peer's environment, logged in by its own plain-text file, or None where it is missing."""
    if not os.access(gh, os.X_OK):
        return None
    root.mkdir()
    secret = token(0)
    (root / "hosts.yml").write_text(
        f"github.com:\n    users:\n        octocat:\n            oauth_token: {secret}\n"
        f"    git_protocol: https\n    user: octocat\n    oauth_token: {secret}\n"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "GH_CONFIG_DIR": str(root), "GH_NO_UPDATE_NOTIFIER": "1"}
    return environment | {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}


def measure_token(table, home, runs, peer, connections, events, limit):
    """Each run asks for another connection's token. The use is noted in the spool; the save that merges it comes once an hour."""
    others = iter(range(1, connections))
    floor = ([shutil.which("true")], home.environment)

    def one():
        return spawn([home.program, "token", f"c{next(others):04}"], home.environment)

    if peer:
        ours, nothing, theirs = medians(runs, one, floor, peer)
        ratio = theirs / ours
        beside = f"`gh auth token` {ms(theirs)}, {mib(peak(*peer))} ({ratio:.1f} times as long); `true` {ms(nothing)}"
    else:
        (ours, nothing), ratio = medians(runs, one, floor), None
        beside = f"`true` {ms(nothing)}"
    memory = peak([home.program, "token", "c0000"], home.environment)
    what = f"`token NAME`, {connections:,} connections, {events:,} events, key file"
    if limit == 4:
        held = ours <= 4 and (memory is None or memory <= 10) and (ratio is None or ratio >= 14)
        reach = "≤ 4 ms, ≤ 10 MiB, ≤ 1/14 of `gh auth token`"
    else:
        held, reach = ours <= limit, f"≤ {limit} ms"
    measured = f"{ms(ours)}, {mib(memory)}"
    table.add(what, measured, beside, reach, held)


def measure_credential(table, home, eventful, root, runs, gh, gh_environment, connections, events):
    """What git waits for: its question about one repository, which a route settles among all connections for the host."""
    question = root / "question"
    question.write_text("capability[]=authtype\nprotocol=https\nhost=github.com\npath=acme-corp/site.git\n\n")
    command = [home.program, "credential", "get"]
    asked = []
    for one in (home, eventful):
        one.run("route", "add", "github.com/acme-corp", "c0001")
        answer = subprocess.run(command, env=one.environment, input=question.read_text(), capture_output=True, text=True).stdout
        if "\ncredential=" not in answer:
            sys.exit("credential get: no answer")
        asked.append(lambda one=one: spawn(command, one.environment, question))
    floor = ([shutil.which("true")], home.environment)
    if gh_environment:
        theirs = lambda: spawn([gh, "auth", "git-credential", "get"], gh_environment, question)
        ours, busy, nothing, theirs = medians(runs, *asked, floor, theirs)
        beside = f"`gh auth git-credential get` {ms(theirs)} ({theirs / ours:.1f} times as long); `true` {ms(nothing)}"
    else:
        (ours, busy, nothing), theirs = medians(runs, *asked, floor), None
        beside = f"`true` {ms(nothing)}"
    held = ours <= 5 and (theirs is None or ours <= theirs / 10)
    what = f"`credential get`, {connections:,} connections for one host and a route, key file"
    table.add(what, f"{ms(ours)}; {ms(busy)} with {events:,} events", beside, "≤ 5 ms, ≤ 1/10 of `gh auth git-credential get`", held)


def measure_listing(table, root, program, runs, gh, gh_environment, repositories):
    with Provider(repositories) as provider:
        home = Home(root / "listing", program)
        origin = f"http://127.0.0.1:{provider.port}"
        home.run("connect", "github", "c0000", "--token-stdin", "--host", "github.com", "--api-url", origin, given=token(0))
        command = ([home.program, "repos", "c0000", "--all", "-o", "ndjson"], home.environment)
        listed = home.run(*command[0][1:]).strip().splitlines()
        if len(listed) != repositories:
            sys.exit(f"repos --all lists {len(listed)} of {repositories} repositories")
        provider.statistics()
        spawn(*command)
        seen = provider.statistics()
        if gh_environment:
            proxied = gh_environment | {"GH_HOST": "github.localhost", "GH_TOKEN": token(0), "http_proxy": origin}
            peer = ([gh, "api", "--paginate", "/user/repos?per_page=100"], proxied)
            ours, theirs = medians(runs, command, peer)
            beside = f"`gh api --paginate` {ms(theirs)} ({theirs / DELAY:.1f} rounds), {mib(peak(*peer))}"
        else:
            (ours,), beside = medians(runs, command), "–"
        memory = peak(*command)
        what = f"`repos --all`, {repositories:,} repositories, {DELAY} ms a request"
        shape = f"{seen['requests']} requests, {seen['most']} at a time"
        table.add(what, f"{ms(ours)} = {ours / DELAY:.2f} rounds ({shape})", beside, "≤ 2.6 rounds", ours / DELAY <= 2.6)
        table.add("peak memory of that listing", mib(memory), "the rows are 5 MB of JSON", "≤ 30 MiB", memory and memory <= 30)


def measure_validate(table, root, program, runs, connections):
    with Provider(1) as provider:
        host = ("--host", f"http://127.0.0.1:{provider.port}")
        home = Home(root / "validate", program).fill(connections, 0, "gitlab", host)
        command = ([home.program, "test"], home.environment)
        provider.statistics()
        home.run("test")
        seen = provider.statistics()
        (ours,) = medians(runs, command)
        least = seen["requests"] / 16
        what = f"`validate --no-save` of {connections} GitLab connections on one server, {DELAY} ms a request"
        beside = f"{seen['requests']} requests, {seen['most']} at a time; 16 at a time need {least:.1f} rounds, one by one {seen['requests']}"
        table.add(what, f"{ms(ours)} = {ours / DELAY:.1f} rounds", beside, "≤ 8 rounds", ours / DELAY <= 8)


def app_key(root):
    """The file of a private key made now, or None without openssl."""
    if not shutil.which("openssl"):
        return None
    path = root / "app.pem"
    if not path.exists():
        made = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, text=True, check=True)
        path.touch(0o600)
        path.write_text(made.stdout)
    return path


def measure_app_token(table, home, root, runs):
    """In a store with all the connections and events of `measure_token`; the same connection each time, so that no use is noted anew."""
    key = app_key(root)
    if not key:
        return
    with Provider(1, 20) as provider:
        home.connect_app("bot", key, provider.origin)
        home.connect_app("single", key, provider.origin, "--installation-id", "1")
        one_of_many, only = ("bot", "--installation", "account-07"), ("single",)
        kept = [home.run("token", *app) for app in (one_of_many, only)]
        provider.statistics()
        if [home.run("token", *app) for app in (one_of_many, only)] != kept or provider.statistics()["requests"]:
            sys.exit("an installation's token is not kept")
        commands = [([home.program, "token", *app], home.environment) for app in (("c0000",), one_of_many, only)]
        plain, named, alone = medians(runs, *commands)
    what = "`token NAME --installation ACCOUNT` of an app with 20 installations, and `token NAME` of one with a single one, the token kept"
    measured = f"{ms(named)} and {ms(alone)}"
    beside = f"`token NAME` of a personal access token in the same store {ms(plain)}: {named / plain:.2f} and {alone / plain:.2f} times as long"
    table.add(what, measured, beside, "≤ 1.1 times", max(named, alone) <= 1.1 * plain)


def measure_app_listing(table, root, program, runs, installations):
    """Each run has a copy of a store that holds no token yet."""
    key = app_key(root)
    if not key:
        return
    with Provider(1, installations) as provider:
        untouched = Home(root / "app", program)
        untouched.connect_app("bot", key, provider.origin)
        numbers = iter(range(10**9))

        def copied():
            return Home(root / f"app-{next(numbers)}", program, untouched)

        def one():
            home = copied()
            took = spawn([home.program, "repos", "bot", "--all", "-o", "ndjson"], home.environment)
            shutil.rmtree(home.root)
            return took

        provider.statistics()
        listed = copied().run("repos", "bot", "--all", "-o", "ndjson").strip().splitlines()
        seen = provider.statistics()
        if len(listed) != 50 * installations or seen["requests"] != 2 * installations:
            sys.exit(f"repos --all lists {len(listed)} repositories with {seen['requests']} requests")
        (ours,) = medians(runs, one)
        least = -(-seen["requests"] // 16)
        what = f"`repos --all` of an app, {installations} installations of 50 repositories, no token kept, {DELAY} ms a request"
        beside = f"{seen['requests']} requests, a token and a page each, {seen['most']} at a time; 16 at a time need {least} rounds"
        table.add(what, f"{ms(ours)} = {ours / DELAY:.2f} rounds", beside, "≤ 4.6 rounds", ours / DELAY <= 4.6)


def bitbucket_token():
    """An API token of Atlassian's form, put together here like those of GitHub."""
    return "ATATT" + "3xFfGF0" + f"{0:0150}" + "=1A2B3C4D"


def measure_workspaces(table, root, program, runs, sizes, least):
    """`sizes` are the repositories in each workspace, `least` the rounds that no client can do without."""
    with Provider(1, 0, sizes) as provider:
        home = Home(root / f"workspaces-{max(sizes)}", program)
        address = ("--host", "bitbucket.org", "--api-url", f"{provider.origin}/2.0", "--email", "ada@example.com")
        home.run("connect", "bitbucket", "c0000", "--token-stdin", "--expires-at", "2099-02-14", *address, given=bitbucket_token())
        command = ([home.program, "repos", "c0000", "--all", "-o", "ndjson"], home.environment)
        listed = [json.loads(line)["pushed_at"] for line in home.run(*command[0][1:]).strip().splitlines()]
        if len(listed) != sum(sizes) or listed != sorted(listed, reverse=True):
            sys.exit(f"repos --all lists {len(listed)} of {sum(sizes)} repositories, or not the newest first")
        provider.statistics()
        spawn(*command)
        seen = provider.statistics()
        (ours,) = medians(runs, command)
        memory = peak(*command)
    shape = f"{len(sizes)} workspaces of {sizes[0]}" if len(set(sizes)) == 1 else f"a workspace of {sizes[0]} and {len(sizes) - 1} of {sizes[1]}"
    what = f"`repos --all` of Bitbucket, {sum(sizes):,} repositories in {shape}, {DELAY} ms a request"
    beside = f"{seen['requests']} requests, {seen['most']} at a time, need {least} rounds: the workspaces, then a page of each"
    beside += ", then what is left of the largest" if least > 2 else ""
    table.add(what, f"{ms(ours)} = {ours / DELAY:.2f} rounds, {mib(memory)}", beside, "≤ 3.6 rounds", ours / DELAY <= 3.6)


def log_in(home, host, name):
    """Milliseconds from the browser's callback to the end of the program: the connection is stored then. The browser is played here."""
    command = [home.program, "connect", "gitlab", name, *host, "--oauth", "--no-browser", "-o", "ndjson"]
    child = subprocess.Popen(command, env=home.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    event = json.loads(child.stdout.readline())
    callback = f"{event['redirect_uri']}?code=abc&state={event['state']}"
    started = time.perf_counter_ns()
    with urllib.request.urlopen(callback) as page:
        page.read()
    _, said = child.communicate()
    took = (time.perf_counter_ns() - started) / 1e6
    if child.returncode != 0 or not page.url.endswith("/done"):
        sys.exit(f"{' '.join(command)}: exit {child.returncode}: {said.decode()}")
    return took


def measure_login(table, root, program, runs):
    with Provider(1) as provider:
        host = ("--host", f"http://127.0.0.1:{provider.port}")
        home = Home(root / "login", program)
        home.run("oauth", "set", host[1], "--provider", "gitlab", "--client-id", "bench")
        numbers = iter(range(10**9))
        provider.statistics()
        log_in(home, host, "first")
        seen = provider.statistics()
        (ours,) = medians(runs, lambda: log_in(home, host, f"c{next(numbers):04}"))
        what = f"login in the browser, from the callback to the stored connection, {DELAY} ms a request"
        beside = f"the two requests in a row that it contains, tokens and then account ({seen['requests']} in all), need {2 * DELAY} ms"
        table.add(what, f"{ms(ours)} = {ours / DELAY:.2f} rounds, {ours / DELAY / 2:.2f} times the two", beside, "≤ 2.3 rounds", ours / DELAY <= 2.3)


def synced(home):
    """What a save makes durable, read from strace: the size of each file, None for a directory. Two fsyncs without strace."""
    plain = [home.store.stat().st_size, None]
    strace = shutil.which("strace")
    if not strace:
        return plain
    log = home.root / "strace.log"
    command = [strace, "-f", "-y", "-qq", "-e", "trace=fsync,fdatasync", "-o", str(log), home.program, "edit", "c0000"]
    done = subprocess.run([*command, "--description", "traced"], env=home.environment, capture_output=True)
    paths = re.findall(r"f(?:data)?sync\(\d+<([^>]*)>", log.read_text()) if done.returncode == 0 else []
    sizes = []
    for path in paths:
        directory = os.path.isdir(path)
        small = "state" in path
        sizes.append(None if directory else 200 if small else home.store.stat().st_size)
    return sizes or plain


def fsyncs_alone(home, sizes):
    """Milliseconds for writing these files and making them last, in the store's own directory, and nothing else."""
    directory = home.store.parent
    blocks = [None if size is None else os.urandom(size) for size in sizes]
    started = time.perf_counter_ns()
    for number, block in enumerate(blocks):
        if block is None:
            descriptor = os.open(directory, os.O_RDONLY)
        else:
            name = directory / f"bench-{number}"
            descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.write(descriptor, block)
        os.fsync(descriptor)
        os.close(descriptor)
        if block is not None:
            os.rename(name, directory / "bench-renamed")
    return (time.perf_counter_ns() - started) / 1e6


def measure_save(table, home, runs, connections, events):
    sizes = synced(home)
    counter = iter(range(10**9))

    def save():
        return spawn([home.program, "edit", "c0000", "--description", f"change {next(counter)}"], home.environment)

    ours, alone = medians(runs, save, lambda: fsyncs_alone(home, sizes))
    with contextlib.suppress(FileNotFoundError):
        (home.store.parent / "bench-renamed").unlink()
    files = sum(size is not None for size in sizes)
    what = f"save of one change, {connections:,} connections, {events:,} events"
    beside = f"the same fsyncs alone ({files} files, {len(sizes) - files} directories) {ms(alone)}; the store is {home.store.stat().st_size // 1024} KiB"
    table.add(what, f"{ms(ours)} = {ms(ours - alone)} beside the fsyncs", beside, "≤ 6 ms beside the fsyncs", ours - alone <= 6)


def measure_list(table, home, runs, connections):
    command = ([home.program, "list", "--json"], home.environment)
    (ours,) = medians(runs, command)
    memory = peak(*command)
    what = f"`list --json`, {connections:,} connections"
    table.add(what, f"{ms(ours)}, {mib(memory)}", "–", "≤ 30 MiB", None if memory is None else memory <= 30)


def machine():
    cpu = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        cpu = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text()).group(1)
    return f"{os.cpu_count()} × {cpu.strip()}, Linux {platform.release().split('-')[0]}, load {os.getloadavg()[0]:.1f} at the start"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", default="target/release/gitconn")
    arguments.add_argument("--gh", default="gh")
    arguments.add_argument("--short", action="store_true", help="3 runs, small stores")
    arguments.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    chosen = arguments.parse_args()
    if chosen.short and chosen.write:
        arguments.error("--short figures are not worth writing down")
    runs = 3 if chosen.short else 20
    few, many, events, more_events, repositories = (10, 30, 60, 120, 300) if chosen.short else (100, 1000, 1000, 5000, 1000)
    print(f"{machine()}; {runs} runs, medians\n", flush=True)
    heading = machine()
    table = Table()
    print("\n".join(table.heads()))
    with tempfile.TemporaryDirectory(prefix="gitconn-bench-", dir="/var/tmp") as temporary:
        root = pathlib.Path(temporary)
        gh_environment = gh_home(chosen.gh, root / "gh")
        peer = ([chosen.gh, "auth", "token"], gh_environment) if gh_environment else None
        small = Home(root / "small", chosen.program).fill(few, events)
        measure_token(table, small, runs, peer, few, events, 4)
        asked = Home(root / "asked", chosen.program).fill(few, 0)
        measure_credential(table, asked, small, root, runs, chosen.gh, gh_environment, few, events)
        measure_app_token(table, small, root, runs)
        large = Home(root / "large", chosen.program).fill(many, events)
        measure_save(table, large, runs, many, events)
        large.fill(0, 0)
        names = [f"c{number:04}" for number in range(many)]
        for _ in range(max(1, (more_events - events) // (2 * many))):
            large.run("disable", *names)
            large.run("enable", *names)
        measure_token(table, large, runs, peer, many, more_events, 8)
        measure_list(table, large, runs, many)
        measure_listing(table, root, chosen.program, runs, chosen.gh, gh_environment, repositories)
        measure_app_listing(table, root, chosen.program, runs, 20)
        measure_workspaces(table, root, chosen.program, runs, [100] * 10, 2)
        measure_workspaces(table, root, chosen.program, runs, [550] + [50] * 9, 3)
        measure_validate(table, root, chosen.program, runs, 8 if chosen.short else 40)
        measure_login(table, root, chosen.program, runs)
    if chosen.write:
        text = DOCUMENT.read_text()
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        rows = "\n".join([*table.heads(), *table.rows])
        DOCUMENT.write_text(f"{before}{BEGIN}\n{heading}; {runs} runs, medians.\n\n{rows}\n{END}{after}")


if __name__ == "__main__":
    main()
