package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Finding.Severity;
import dev.residua.frame.SceneName;
import dev.residua.incident.Incident;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.testing.Certificates;
import dev.residua.testing.Incidents;
import jakarta.mail.Header;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;

/** Mails to a mail server on loopback. */
class MailSenderTest {
  private static final Links LINKS = new Links(Optional.of(URI.create("https://residua.test/")));
  private static final String PASSWORD = "of-the-mailbox";

  @TempDir static Path folder;
  private static SSLContext tls;

  /** A mail that the server took. */
  private record Taken(String from, List<String> to, byte[] data) {
    MimeMessage message() throws Exception {
      return new MimeMessage((Session) null, new ByteArrayInputStream(data));
    }

    String body() throws Exception {
      return ((String) message().getContent()).replace("\r\n", "\n");
    }
  }

  private final List<Taken> taken = new CopyOnWriteArrayList<>();
  private volatile Map<String, RejectException> refusals = Map.of();
  private SMTPServer server;

  @BeforeAll
  static void makeCertificates() throws Exception {
    Certificates certificates = new Certificates(folder, "mail");
    tls = SSLContext.getInstance("TLS");
    tls.init(
        certificates.keys(certificates.keystore("localhost", 1, 30)).getKeyManagers(),
        certificates.trust().getTrustManagers(),
        null);
  }

  @BeforeEach
  void start() {
    start(true);
  }

  private void start(boolean secured) {
    server =
        SMTPServer.port(0)
            .bindAddress(InetAddress.getLoopbackAddress())
            .enableTLS(secured)
            .hideTLS(!secured)
            .requireTLS(secured)
            .startTlsSocketFactory(tls)
            .requireAuth(secured)
            .authenticationHandlerFactory(
                new EasyAuthenticationHandlerFactory(
                    (user, password, context) -> {
                      if (!user.equals("residua") || !password.equals(PASSWORD)) {
                        throw new LoginFailedException("wrong password " + password);
                      }
                    }))
            .messageHandlerFactory(Handler::new)
            .build();
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private final class Handler implements MessageHandler {
    private String from = "";
    private final List<String> to = new ArrayList<>();

    Handler(MessageContext context) {}

    @Override
    public void from(String address) throws RejectException {
      refuse("from");
      from = address;
    }

    @Override
    public void recipient(String address) throws RejectException {
      refuse(address);
      to.add(address);
    }

    @Override
    public String data(InputStream in) throws RejectException, IOException {
      byte[] data = in.readAllBytes();
      refuse("data");
      taken.add(new Taken(from, List.copyOf(to), data));
      return null;
    }

    private void refuse(String part) throws RejectException {
      RejectException refusal = refusals.get(part);
      if (refusal != null) {
        throw refusal;
      }
    }

    @Override
    public void done() {}
  }

  private ReceiverSettings receiver(Consumer<Receivers> changes) {
    return Receivers.email(
        r -> {
          r.url = URI.create("smtp://localhost:" + server.getPortAllocated());
          r.user = Optional.of("residua");
          r.token = Optional.of(new Secret(PASSWORD));
          r.timeout = Duration.ofSeconds(10);
          changes.accept(r);
        });
  }

  private static Notification notification(Action action, Incident incident) {
    return new Notification(
        action, StoredAlerts.entry(incident), NotifiedState.NOTHING, Optional.of("Kim"));
  }

  private static DeliveryResult send(ReceiverSettings receiver, Notification notification) {
    return new MailSender(receiver, tls.getSocketFactory())
        .send(
            Protocol.of(receiver, LINKS).request(List.of(notification), Incidents.OPENED),
            Incidents.OPENED);
  }

  private DeliveryResult send(Consumer<Receivers> changes) {
    return send(receiver(changes), notification(Action.OPEN, Incidents.opened()));
  }

  @Test
  void shouldSendAMailThatSaysEverything() throws Exception {
    // When
    DeliveryResult result =
        send(
            receiver(r -> r.to = List.of("ops@example.org", "line3@example.org")),
            notification(Action.OPEN, Incidents.with(i -> i.severity = Severity.CRITICAL)));

    // Then
    assertThat(result).isInstanceOf(DeliveryResult.Accepted.class);
    assertThat(result.detail()).startsWith("250 ");
    Taken mail = taken.get(0);
    assertThat(mail.from()).isEqualTo("residua@example.org");
    assertThat(mail.to()).containsExactly("ops@example.org", "line3@example.org");
    MimeMessage message = mail.message();
    assertThat(message.getSubject())
        .isEqualTo("[CRITICAL] Shadow length deviates more than usual from its causes - cam1");
    assertThat(message.getHeader("From", null)).isEqualTo("Residua <residua@example.org>");
    assertThat(message.getHeader("Auto-Submitted", null)).isEqualTo("auto-generated");
    assertThat(message.getSentDate()).isEqualTo(Incidents.OPENED);
    assertThat(message.getContentType()).isEqualTo("text/plain; charset=UTF-8");
    assertThat(mail.body())
        .isEqualTo(
            """
            Shadow length deviates more than usual from its causes (cam1): opened

            Shadow length deviates more than usual from what pendulum explains, 5.2 standard errors.

            Source: cam1
            Severity: critical
            Since: 2026-05-01 10:00:00 UTC
            Advice: Check what drives shadow length, and what is attached to it.
            Changed: 2026-05-01 09:59:59 UTC, frame residua.frames-0@4
            Causes: shadow_length (80 %) given pendulum, light
            Threshold: Crossed the threshold of the false-alarm budget alone: no minimum effect applies.
            Subject: mechanism:shadow_length
            Kind: DRIFT.RESIDUAL

            dashboard: https://residua.test/#/incidents/incident-1
            frame: https://residua.test/api/incidents/incident-1/evidence/frame
            expected: https://residua.test/api/incidents/incident-1/evidence/expected
            heatmap: https://residua.test/api/incidents/incident-1/evidence/heatmap
            Residua, incident incident-1
            """);
  }

  @Test
  void shouldKeepTheMailsOfAnIncidentInOneThread() throws Exception {
    // When
    send(receiver(r -> {}), notification(Action.OPEN, Incidents.opened()));
    send(receiver(r -> {}), notification(Action.OPEN, Incidents.opened()));
    send(receiver(r -> {}), notification(Action.ACKNOWLEDGE, Incidents.opened()));
    send(receiver(r -> {}), notification(Action.RESOLVE, Incidents.resolved()));
    send(receiver(r -> {}), notification(Action.OPEN, Incidents.with(i -> i.id = "another")));

    // Then
    List<String> ids = headers("Message-ID");
    List<String> threads = headers("References");
    assertThat(ids).allMatch(id -> id.matches("<[a-z0-9.]+@example.org>"));
    assertThat(ids.get(1)).isEqualTo(ids.get(0));
    assertThat(ids.stream().distinct()).hasSize(4);
    assertThat(threads).isEqualTo(headers("In-Reply-To"));
    assertThat(threads.subList(0, 4)).containsOnly(threads.get(0));
    assertThat(threads.get(4)).isNotEqualTo(threads.get(0));
    assertThat(headers("Subject"))
        .element(2)
        .asString()
        .startsWith("[ACKNOWLEDGED] Shadow length deviates");
    assertThat(taken.get(2).body()).startsWith("Kim looks after it: Shadow length");
    assertThat(headers("Subject")).element(3).asString().startsWith("[RESOLVED] Shadow length");
  }

  private List<String> headers(String name) throws Exception {
    List<String> values = new ArrayList<>();
    for (Taken mail : taken) {
      values.add(mail.message().getHeader(name, null));
    }
    return values;
  }

  @Test
  void shouldSendModelChanges() throws Exception {
    // Given
    ReceiverSettings receiver = receiver(r -> {});
    Activation activation =
        new Activation(
            4,
            SceneName.DEFAULT,
            "m-2",
            "ab",
            Activation.Kind.PROMOTION,
            Incidents.OPENED,
            "ann",
            "new lens");

    // When
    new MailSender(receiver, tls.getSocketFactory())
        .send(
            Protocol.of(receiver, LINKS).change(activation, Incidents.OPENED).orElseThrow(),
            Incidents.OPENED);

    // Then
    assertThat(taken.get(0).message().getSubject())
        .isEqualTo("[MODEL] model m-2 is active (promotion by ann): new lens");
    assertThat(taken.get(0).body()).contains("dashboard: https://residua.test/");
  }

  @Test
  void shouldNotLetASourceAddHeaders() throws Exception {
    // When
    send(
        receiver(r -> {}),
        notification(
            Action.OPEN,
            Incidents.with(
                i -> {
                  i.source = "cam1\r\nBcc: all@example.org\r\n\r\nother\u0085body\u2028";
                  i.id = "a\r\nBcc: all@example.org";
                })));

    // Then
    MimeMessage message = taken.get(0).message();
    assertThat(message.getHeader("Bcc")).isNull();
    assertThat(message.getSubject()).endsWith("- cam1 Bcc: all@example.org other body");
    assertThat(taken.get(0).to()).containsExactly("ops@example.org");
  }

  @Test
  void shouldTakeAnyText() throws Exception {
    // Given
    ReceiverSettings receiver = receiver(r -> {});
    Arbitrary<String> texts =
        Arbitraries.strings().ofMinLength(1).ofMaxLength(400).filter(text -> !text.isBlank());
    List<String> any = new ArrayList<>(List.of(".", "\r\n.\r\nQUIT\r\n", "x".repeat(5_000)));
    any.addAll(texts.list().ofSize(30).sample());

    // When
    for (String text : any) {
      DeliveryResult result =
          send(
              receiver,
              notification(
                  Action.OPEN,
                  Incidents.with(
                      i -> {
                        i.source = text;
                        i.id = text;
                        i.explanation = text;
                      })));
      assertThat(result).as(text).isInstanceOf(DeliveryResult.Accepted.class);
    }

    // Then
    assertThat(taken).hasSameSizeAs(any);
    for (Taken mail : taken) {
      MimeMessage message = mail.message();
      assertThat(message.getSubject().length()).isBetween(66, MailProtocol.MAX_SUBJECT);
      assertThat(message.getSubject()).startsWith("[WARNING] Shadow length deviates");
      assertThat(message.getAllRecipients()).hasSize(1);
      assertThat(Collections.list(message.getAllHeaders()))
          .extracting(Header::getName)
          .isSubsetOf(
              "Date",
              "From",
              "To",
              "Message-ID",
              "In-Reply-To",
              "References",
              "Subject",
              "Auto-Submitted",
              "MIME-Version",
              "Content-Type",
              "Content-Transfer-Encoding",
              "Received");
      assertThat(new String(mail.data()).lines()).allMatch(line -> line.length() < 998);
      assertThat(mail.body()).contains("Kind: DRIFT.RESIDUAL");
    }
  }

  @Test
  void shouldWaitForAnOperatorIfThePasswordIsWrongAndNotShowIt() {
    // When
    DeliveryResult result = send(r -> r.token = Optional.of(new Secret("another-secret")));

    // Then
    assertThat(result).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(result.detail())
        .startsWith("smtp://localhost:")
        .contains("refuses user or password (535")
        .doesNotContain("another-secret", "\n");
    assertThat(taken).isEmpty();
  }

  @Test
  void shouldNotSendToAServerThatIsNotTrusted() throws Exception {
    // When
    ReceiverSettings receiver = receiver(r -> {});
    DeliveryResult result =
        new MailSender(receiver, (SSLSocketFactory) SSLSocketFactory.getDefault())
            .send(
                Protocol.of(receiver, LINKS)
                    .request(
                        List.of(notification(Action.OPEN, Incidents.opened())), Incidents.OPENED),
                Incidents.OPENED);

    // Then
    assertThat(result).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(result.detail()).contains("cannot be reached", "PKIX path building failed");
    assertThat(taken).isEmpty();
  }

  @Test
  void shouldSendWithoutTlsOnThisMachineOnly() {
    // Given
    server.stop();
    start(false);

    // When
    DeliveryResult here =
        send(
            r -> {
              r.user = Optional.empty();
              r.token = Optional.empty();
            });
    server.stop();
    server = SMTPServer.port(0).messageHandlerFactory(Handler::new).build();
    server.start();
    DeliveryResult elsewhere =
        send(r -> r.url = URI.create("smtp://127.0.0.2:" + server.getPortAllocated()));

    // Then
    assertThat(here).isInstanceOf(DeliveryResult.Accepted.class);
    assertThat(elsewhere).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(elsewhere.detail())
        .contains("STARTTLS is required but host does not support STARTTLS");
    assertThat(taken).hasSize(1);
  }

  @Test
  void shouldRetryAfterTemporaryErrorsAndNotAfterARefusedMail() {
    // When
    refusals = Map.of("data", new RejectException(451, "try later"));
    DeliveryResult later = send(r -> {});
    refusals = Map.of("data", new RejectException(554, "looks like spam"));
    DeliveryResult never = send(r -> {});
    refusals = Map.of("from", new RejectException(550, "sender unknown"));
    DeliveryResult sender = send(r -> {});

    // Then
    assertThat(later).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(later.detail()).contains("451 try later");
    assertThat(never).isEqualTo(new DeliveryResult.Refused("554 looks like spam"));
    assertThat(sender).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(sender.detail()).contains("550 sender unknown");
    assertThat(taken).isEmpty();
  }

  @Test
  void shouldSendToTheOthersIfARecipientIsRefused() {
    // Given
    refusals = Map.of("gone@example.org", new RejectException(550, "no such user"));

    // When
    DeliveryResult some = send(r -> r.to = List.of("gone@example.org", "ops@example.org"));
    DeliveryResult none = send(r -> r.to = List.of("gone@example.org"));
    refusals =
        Map.of(
            "gone@example.org", new RejectException(550, "no such user"),
            "busy@example.org", new RejectException(450, "mailbox busy"));
    DeliveryResult later =
        send(r -> r.to = List.of("gone@example.org", "ops@example.org", "busy@example.org"));

    // Then
    assertThat(some).isInstanceOf(DeliveryResult.Accepted.class);
    assertThat(some.detail()).contains("not to gone@example.org (550 no such user)");
    assertThat(none).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(none.detail()).contains("refuses every recipient: gone@example.org (550");
    assertThat(later).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(later.detail()).contains("busy@example.org (450 mailbox busy)");
    assertThat(taken).extracting(Taken::to).containsExactly(List.of("ops@example.org"));
  }

  @Test
  void shouldNotRepeatAMailWhoseConnectionFailsAfterIt() throws Exception {
    // Given: a server that resets the connection once it has accepted the mail
    try (ServerSocket rude = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread answers =
          new Thread(
              () -> {
                try (var client = rude.accept()) {
                  client.setSoLinger(true, 0);
                  var in = new BufferedReader(new InputStreamReader(client.getInputStream()));
                  client.getOutputStream().write("220 ready\r\n".getBytes());
                  for (String answer : List.of("250 a", "250 b", "250 c", "354 d")) {
                    in.readLine();
                    client.getOutputStream().write((answer + "\r\n").getBytes());
                  }
                  while (!".".equals(in.readLine())) {}
                  client.getOutputStream().write("250 taken\r\n".getBytes());
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      answers.start();

      // When
      DeliveryResult result =
          send(
              r -> {
                r.url = URI.create("smtp://localhost:" + rude.getLocalPort());
                r.user = Optional.empty();
                r.token = Optional.empty();
              });

      // Then
      answers.join();
      assertThat(result).isEqualTo(new DeliveryResult.Accepted("250 taken"));
    }
  }

  @Test
  void shouldNotWaitLongerThanTheTimeout() throws Exception {
    // Given: a server that answers each command within the timeout, but slowly
    try (ServerSocket slow = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread answers =
          new Thread(
              () -> {
                try (var client = slow.accept()) {
                  for (int i = 0; i < 100; i++) {
                    client.getOutputStream().write("220-slow\r\n".getBytes());
                    Thread.sleep(100);
                  }
                } catch (IOException | InterruptedException e) {
                  // The sender has closed the connection.
                }
              });
      answers.start();

      // When
      long started = System.nanoTime();
      DeliveryResult result =
          send(
              r -> {
                r.url = URI.create("smtp://localhost:" + slow.getLocalPort());
                r.timeout = Duration.ofMillis(500);
              });

      // Then
      assertThat(result.detail()).endsWith("does not answer within 500 ms");
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
      answers.join();
    }
  }

  @Test
  void shouldSayWhoCannotBeReached() {
    // Given
    URI gone = URI.create("smtp://localhost:" + server.getPortAllocated());
    server.stop();

    // When
    DeliveryResult down = send(r -> r.url = gone);
    DeliveryResult unknown = send(r -> r.url = URI.create("smtps://mail.invalid"));

    // Then
    assertThat(down).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(down.detail()).endsWith("cannot be reached (Connection refused)");
    assertThat(unknown.detail()).contains("cannot be reached (the name is not known)");
  }
}
