"""Mail and chat: sent once, by tasks, with patience that ends; hostile words and addresses gain nothing."""

import datetime as dt
import ipaddress
import json
import smtplib
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core import mail as outbox_of
from django.tasks import task_backends

from articles import workflow
from articles.notices import chat, choices, deliveries, mail, telling, webhooks
from articles.notices.deliveries import ATTEMPTS, NotDelivered
from articles.notices.models import Delivery, Notice, Webhook
from articles.notices.webhooks import NotTaken
from articles.statuses import Status
from newsroom.tasks.runner import MAX_RETRIES
from tests.builders import NOW, make_story

HOOK = "https://chat.example/hooks/abcdefghijklmnop"


@pytest.fixture
def sent_back(cast, writer, editor, now):
    """A story sent back: its writer is to be mailed. Returns the delivery."""
    article = make_story(writer=writer, status=Status.IN_REVIEW)
    workflow.send_back(article.pk, actor=editor, now=now, note="Who paid?")
    return Delivery.objects.get(notice__recipient=writer, channel="mail")


def try_again(delivery):
    deliveries.deliver.call(delivery.pk)
    delivery.refresh_from_db()
    return delivery


class TestMail:
    def test_a_notice_is_mailed_once_though_its_task_runs_twice(self, sent_back):
        try_again(sent_back)
        try_again(sent_back)
        assert sent_back.state == Delivery.State.SENT
        (sent,) = outbox_of.outbox
        assert sent.to == ["writer@example.org"]
        assert sent.subject == "[The bridge opens again] sent back by Edda Editor"
        assert "Who paid?" in sent.body
        assert f"https://news.example/desk/articles/article/{sent_back.notice.article_id}/change/" in sent.body
        headers = sent.message()
        assert headers["Auto-Submitted"] == "auto-generated"
        assert headers["List-Id"] == "The Example desk <notices.news.example>"
        assert headers["Message-ID"] == f"<notice-{sent_back.notice_id}@news.example>"

    def test_one_task_hands_out_one_task_for_each_delivery(self, sent_back, writer, now):
        choices.set_webhook(actor=writer, url=HOOK, now=now)
        workflow.submit(sent_back.notice.article_id, actor=writer, now=now)
        waiting = list(Delivery.objects.values_list("pk", flat=True))
        before = len(task_backends["default"].results)
        deliveries.hand_out.call(waiting)
        results = task_backends["default"].results[before:]
        assert [result.args for result in results] == [[number] for number in waiting]
        assert {result.task.queue_name for result in results} == {"post"}
        try_again(sent_back)
        before = len(task_backends["default"].results)
        deliveries.hand_out.call([sent_back.pk])
        assert len(task_backends["default"].results) == before

    @pytest.mark.parametrize(
        "headline",
        [
            "Bridge\nBcc: everybody@example.org",
            "Bridge\r\n\r\n<b>Body</b>",
            "Bridge\x00\x0b\x85\u2028Bcc: everybody@example.org",
            "شارع " * 50,
            "x" * 300,
        ],
    )
    def test_no_headline_becomes_a_header(self, sent_back, headline):
        notice = sent_back.notice
        notice.article.headline = headline  # as it could stand there by another door than the desk's
        made = mail.message(notice, to=notice.recipient)
        parsed = made.message()
        assert parsed["Bcc"] is None
        assert len(parsed.get_all("Subject")) == 1
        assert not set("\r\n\x00\x0b\x85\u2028") & set(made.subject)
        assert made.recipients() == [notice.recipient.email]

    def test_a_note_or_name_becomes_no_markup_and_no_header(self, sent_back):
        notice = sent_back.notice
        notice.sentence = "sent back by Edda\nBcc: x@example.org"
        assert "\n" not in mail.message(notice, to=notice.recipient).subject

    def test_people_switched_off_since_get_nothing(self, sent_back, writer):
        writer.is_active = False
        writer.save()
        try_again(sent_back)
        assert sent_back.state == Delivery.State.DROPPED
        assert outbox_of.outbox == []


class TestWhenMailIsDown:
    @pytest.fixture
    def down(self, monkeypatch):
        """Mail raises what the list holds next; empty, it goes out."""
        errors = []
        send = mail.EmailMessage.send

        def sending(self, *args, **kwargs):
            if errors:
                raise errors.pop(0)
            return send(self, *args, **kwargs)

        monkeypatch.setattr(mail.EmailMessage, "send", sending)
        return errors

    def test_a_verb_does_not_wait_for_mail(self, down, cast, writer, editor, now):
        down += [ConnectionRefusedError()] * 100
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        workflow.send_back(article.pk, actor=editor, now=now, note="Who paid?")
        assert len(down) == 100  # nobody tried to send

    def test_it_is_tried_again_and_then_goes_out_once(self, down, sent_back):
        down += [ConnectionRefusedError("smtp://user:secret@host")]
        with pytest.raises(NotDelivered) as failed:
            try_again(sent_back)
        assert "secret" not in str(failed.value)
        sent_back.refresh_from_db()
        assert (sent_back.state, sent_back.attempts) == (Delivery.State.WAITING, 1)
        assert sent_back.error == "the mail server cannot be reached."
        try_again(sent_back)
        assert (sent_back.state, sent_back.attempts, sent_back.error) == (Delivery.State.SENT, 2, "")
        assert len(outbox_of.outbox) == 1

    def test_it_is_given_up_in_the_end_and_the_desk_says_so(self, down, sent_back, as_user, writer):
        choices.choose(actor=writer, wanted={("sent_back", "mail")})
        Notice.objects.filter(pk=sent_back.notice_id).update(on_desk=False)
        down += [TimeoutError()] * 10
        for _ in range(ATTEMPTS - 1):
            with pytest.raises(NotDelivered):
                try_again(sent_back)
        try_again(sent_back)  # the last one is not raised: nothing would come of trying again
        assert sent_back.state == Delivery.State.FAILED
        page = as_user(writer).get("/desk/notices/").content.decode()
        assert "Could not be mailed: the mail server did not answer in time." in page
        try_again(sent_back)
        assert len(down) == 4  # and it stays given up

    def test_the_worker_tries_as_often_as_a_delivery_waits_for(self):
        assert MAX_RETRIES + 1 == ATTEMPTS

    @pytest.mark.parametrize(
        "error",
        [
            smtplib.SMTPRecipientsRefused({"writer@example.org": (550, b"No such user")}),
            smtplib.SMTPDataError(554, b"Refused"),
        ],
    )
    def test_an_address_that_is_refused_for_good_is_given_up_at_once(self, down, sent_back, error):
        down.append(error)
        try_again(sent_back)
        assert sent_back.state == Delivery.State.FAILED
        assert "writer@example.org" not in sent_back.error

    @pytest.mark.parametrize(
        "error",
        [
            smtplib.SMTPRecipientsRefused({"writer@example.org": (450, b"Grey-listed")}),
            smtplib.SMTPAuthenticationError(535, b"No"),
            smtplib.SMTPServerDisconnected("gone"),
        ],
    )
    def test_a_passing_refusal_is_tried_again(self, down, sent_back, error):
        down.append(error)
        with pytest.raises(NotDelivered):
            try_again(sent_back)

    def test_a_mail_server_that_hangs_is_left_after_its_timeout(self, sent_back, settings):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            settings.MAILERS = {
                "default": {
                    "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                    "OPTIONS": {"host": "127.0.0.1", "port": silent.getsockname()[1], "timeout": 0.2},
                }
            }
            with pytest.raises(NotDelivered, match="did not answer in time|cannot be reached"):
                try_again(sent_back)

    def test_the_sites_own_mailer_has_a_timeout(self):
        from pathlib import Path

        text = Path("newsroom/settings.py").read_text()
        assert '"timeout": 10' in text


class TestChat:
    def test_markup_and_mentions_of_a_headline_are_shown_and_do_nothing(self, sent_back):
        notice = sent_back.notice
        notice.article.headline = "<!channel> & <https://evil.example|win> @here *bold*"
        notice.event.note = "<@U123> see <!here>\nsecond line & more"
        text = chat.payload(notice)["text"]
        inside = text.split("|", 1)[1].split(">", 1)[0]
        assert "<!channel>" not in text
        assert "&lt;!channel&gt; &amp; &lt;https://evil.example¦win&gt;" in inside
        assert "@here" not in text
        assert "<@" not in text
        assert text.count("<") == 1  # the link to the story is the only one
        assert text.startswith(f"<https://news.example/desk/articles/article/{notice.article_id}/change/|")

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("http://chat.example/x", "https"),
            ("ftp://chat.example/x", "https"),
            ("https://", "https"),
            ("https://user:pass@chat.example/x", "password"),
            ("https://chat.example@evil.example/x", "password"),
            ("https://chat.example:8443/x", "port"),
            ("https://chat.example:99999/x", "not an address"),
            ("https://chat.example/x#y", "#"),
            ("https://chat.example/a b", "spaces"),
            ("https://chat.example/x\r\nHost: evil", "spaces"),
            ("https://chät.example/x", "ASCII"),
            ("https://[::1/x", "not an address"),
            ("nonsense", "https"),
        ],
    )
    def test_addresses_that_are_none_are_refused_when_they_are_set(self, writer, now, url, words):
        with pytest.raises(choices.ChoiceRefused, match=words):
            choices.set_webhook(actor=writer, url=url, now=now)
        assert not Webhook.objects.exists()

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
            "224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
            "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
            "2001:0:1::1",
        ],
    )  # fmt: skip
    def test_no_address_inside_is_public(self, address):
        assert not webhooks.is_public(ipaddress.ip_address(address))

    @pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
    def test_addresses_of_the_internet_are(self, address):
        assert webhooks.is_public(ipaddress.ip_address(address))

    def test_one_private_address_among_public_ones_is_enough_to_refuse(self, monkeypatch):
        monkeypatch.setattr(
            webhooks, "_resolved", lambda *_: [ipaddress.ip_address(a) for a in ("8.8.8.8", "10.0.0.1")]
        )
        with pytest.raises(NotTaken, match="private network") as refused:
            webhooks.post(HOOK, {})
        assert refused.value.for_good

    @pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f000001", "2130706433", "[::1]", "127.0.0.1"])
    def test_other_spellings_of_this_machine_are_refused_as_well(self, host):
        with pytest.raises(NotTaken, match="private network|not known"):
            webhooks.post(f"https://{host}/x", {})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for chat.example, trusted by nobody but the test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chat.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2120, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("chat.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


@contextmanager
def chat_server(certificate, answer):
    """A chat server on this machine; `answer` is called with the handler. Yields its port and what it was sent."""
    taken = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((self.path, self.headers["Host"], json.loads(body)))
            answer(self)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, taken
    finally:
        server.shutdown()
        server.server_close()


def status(code, **headers):
    def answer(handler):
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"ok")

    return answer


@pytest.fixture
def inside(monkeypatch, settings, certificate):
    """chat.example is this machine, a chat server of our own network."""
    settings.CHAT_PRIVATE_HOSTS = ["chat.example"]
    monkeypatch.setattr(webhooks, "_resolved", lambda *_: [ipaddress.ip_address("127.0.0.1")])
    monkeypatch.setattr(webhooks, "_trust", lambda: ssl.create_default_context(cafile=str(certificate / "cert.pem")))


class TestAChatServer:
    def test_takes_the_message_under_its_own_name(self, inside, certificate):
        with chat_server(certificate, status(200)) as (port, taken):
            webhooks.post(f"https://chat.example:{port}/hooks/secret?a=b", {"text": "Hello"})
        assert taken == [("/hooks/secret?a=b", f"chat.example:{port}", {"text": "Hello"})]

    def test_of_another_name_is_not_believed(self, inside, certificate, settings):
        settings.CHAT_PRIVATE_HOSTS = ["other.example"]
        with chat_server(certificate, status(200)) as (port, taken):
            with pytest.raises(NotTaken, match="cannot be reached"):
                webhooks.post(f"https://other.example:{port}/x", {})
            assert taken == []

    @pytest.mark.parametrize(("code", "for_good"), [(500, False), (503, False), (429, False), (404, True), (403, True)])
    def test_that_refuses_is_asked_again_only_where_that_helps(self, inside, certificate, code, for_good):
        with chat_server(certificate, status(code)) as (port, _), pytest.raises(NotTaken, match=str(code)) as refused:
            webhooks.post(f"https://chat.example:{port}/hooks/secret", {})
        assert refused.value.for_good is for_good
        assert "secret" not in str(refused.value)

    def test_that_redirects_is_not_followed(self, inside, certificate):
        with chat_server(certificate, status(302, Location="https://chat.example/other")) as (port, taken):
            with pytest.raises(NotTaken, match="302"):
                webhooks.post(f"https://chat.example:{port}/x", {})
            assert len(taken) == 1

    def test_that_says_nothing_is_left(self, inside, certificate, monkeypatch):
        monkeypatch.setattr(webhooks, "PATIENCE", 0.2)
        waiting = threading.Event()
        with chat_server(certificate, lambda _: waiting.wait(5)) as (port, _):
            with pytest.raises(NotTaken, match="cannot be reached"):
                webhooks.post(f"https://chat.example:{port}/x", {})
            waiting.set()

    def test_that_drips_is_cut_off(self, inside, certificate, monkeypatch):
        monkeypatch.setattr(webhooks, "ALL_TOGETHER", 0.5)
        over = threading.Event()

        def drip(handler):
            try:
                for _ in range(200):
                    handler.wfile.write(b"H")
                    handler.wfile.flush()
                    if over.wait(0.05):
                        return
            except OSError:
                return

        with chat_server(certificate, drip) as (port, _):
            began = time.monotonic()
            with pytest.raises(NotTaken):
                webhooks.post(f"https://chat.example:{port}/x", {})
            assert time.monotonic() - began < 5
            over.set()

    def test_that_answers_without_end_is_not_read_to_the_end(self, inside, certificate):
        def endless(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(10**9))
            handler.end_headers()
            try:
                handler.wfile.write(b"x" * 100_000)
            except OSError:
                return

        with chat_server(certificate, endless) as (port, _):
            webhooks.post(f"https://chat.example:{port}/x", {})

    def test_gets_a_notice_once(self, inside, certificate, cast, writer, editor, now):
        with chat_server(certificate, status(200)) as (port, taken):
            choices.set_webhook(actor=writer, url=f"https://chat.example:{port}/hooks/x", now=now)
            article = make_story(writer=writer, status=Status.IN_REVIEW)
            workflow.send_back(article.pk, actor=editor, now=now, note="Who paid?")
            delivery = Delivery.objects.get(channel="chat", notice__recipient=writer)
            try_again(delivery)
            try_again(delivery)
        ((_, _, message),) = taken
        assert message["text"].endswith("sent back by Edda Editor\n> Who paid?")
        assert delivery.state == Delivery.State.SENT

    def test_that_is_gone_is_said_on_the_desk_without_its_address(
        self, inside, certificate, cast, writer, editor, now, as_user
    ):
        with chat_server(certificate, status(410)) as (port, _):
            choices.set_webhook(actor=writer, url=f"https://chat.example:{port}/hooks/secret", now=now)
            article = make_story(writer=writer, status=Status.IN_REVIEW)
            workflow.send_back(article.pk, actor=editor, now=now, note="Who paid?")
            try_again(Delivery.objects.get(channel="chat", notice__recipient=writer))
        page = as_user(writer).get("/desk/notices/").content.decode()
        assert "Could not be sent to chat: the chat server refused the message with the code 410." in page
        assert "hooks/secret" not in page

    def test_whose_address_was_taken_away_since_gets_nothing(self, cast, writer, editor, now):
        choices.set_webhook(actor=writer, url=HOOK, now=now)
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        workflow.send_back(article.pk, actor=editor, now=now, note="Who paid?")
        choices.set_webhook(actor=writer, url="", now=now)
        assert try_again(Delivery.objects.get(channel="chat")).state == Delivery.State.DROPPED


def test_a_test_goes_every_way_there_is(writer, now):
    notice = telling.tell_test(person=writer, room=False, now=NOW)
    assert [delivery.channel for delivery in notice.deliveries.all()] == ["mail"]
    try_again(notice.deliveries.get())
    assert outbox_of.outbox[0].subject == "[The Example] A test, sent by Wilma Writer at 19 June 2024, 14:05 CEST."
    assert "https://news.example/desk/notices/" in outbox_of.outbox[0].body
