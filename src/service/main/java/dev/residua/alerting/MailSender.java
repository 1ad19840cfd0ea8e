package dev.residua.alerting;

import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends mails over SMTP to one server, with STARTTLS or TLS unless it is on this machine. Each call
 * makes one connection, which takes at most the receiver's timeout. Thread-safe.
 */
final class MailSender implements Sender {
  private static final Logger LOG = LoggerFactory.getLogger(MailSender.class);
  private static final int PERMANENT = 500;

  private final ReceiverSettings receiver;
  private final SSLSocketFactory tls;

  MailSender(ReceiverSettings receiver) {
    this(receiver, (SSLSocketFactory) SSLSocketFactory.getDefault());
  }

  /**
   * @param tls knows the authorities that are trusted
   */
  MailSender(ReceiverSettings receiver, SSLSocketFactory tls) {
    this.receiver = receiver;
    this.tls = tls;
  }

  @Override
  public DeliveryResult send(OutgoingRequest request, Instant now) {
    AtomicBoolean late = new AtomicBoolean();
    try (Socket socket = new Socket()) {
      CompletableFuture<Void> deadline = closeAtTimeout(socket, late);
      SMTPTransport transport = transport();
      try {
        transport.connect(ReceiverProbe.connect(socket, receiver, tls));
        return send(message(request, now), transport);
      } finally {
        quit(transport);
        deadline.cancel(false);
      }
    } catch (AuthenticationFailedException e) {
      return unavailable("refuses user or password (%s)".formatted(text(e)));
    } catch (UnknownHostException e) {
      return unavailable("cannot be reached (the name is not known)");
    } catch (IOException | MessagingException e) {
      return late.get() || timedOut(e)
          ? unavailable("does not answer within %d ms".formatted(receiver.timeout().toMillis()))
          : unavailable("cannot be reached (%s)".formatted(text(e)));
    }
  }

  /** A mail that was accepted stays so if the connection fails after it. */
  private static void quit(SMTPTransport transport) {
    try {
      transport.close();
    } catch (MessagingException e) {
      // The socket is closed in any case.
    }
  }

  /** Timeouts of sockets bound single answers, not the connection. */
  private CompletableFuture<Void> closeAtTimeout(Socket socket, AtomicBoolean late) {
    return CompletableFuture.runAsync(
        () -> {
          late.set(true);
          try {
            socket.close();
          } catch (IOException e) {
            // The connection has ended already.
          }
        },
        CompletableFuture.delayedExecutor(receiver.timeout().toMillis(), TimeUnit.MILLISECONDS));
  }

  private SMTPTransport transport() {
    Properties properties = new Properties();
    boolean secured = receiver.tls() || receiver.loopback();
    properties.put("mail.smtp.starttls.enable", String.valueOf(!receiver.tls()));
    properties.put("mail.smtp.starttls.required", String.valueOf(!secured));
    properties.put("mail.smtp.ssl.checkserveridentity", "true");
    properties.put("mail.smtp.ssl.socketFactory", tls);
    properties.put("mail.smtp.auth", String.valueOf(receiver.user().isPresent()));
    properties.put("mail.smtp.quitwait", "false");
    URLName server =
        new URLName(
            "smtp",
            receiver.url().getHost(),
            receiver.url().getPort(),
            null,
            receiver.user().orElse(null),
            receiver.token().map(Secret::value).orElse(null));
    return new SMTPTransport(Session.getInstance(properties), server);
  }

  private MimeMessage message(OutgoingRequest request, Instant now)
      throws MessagingException, IOException {
    MimeMessage message =
        new MimeMessage((Session) null) {
          @Override
          protected void updateMessageID() {
            // It is that of the request.
          }
        };
    message.setFrom(MailAddress.parsed(receiver.from().orElseThrow()));
    for (String recipient : receiver.to()) {
      message.addRecipient(RecipientType.TO, MailAddress.parsed(recipient));
    }
    message.setSentDate(Date.from(now));
    for (Map.Entry<String, String> header : request.headers().entrySet()) {
      String value = MimeUtility.encodeText(AlertText.oneLine(header.getValue()), "UTF-8", null);
      message.setHeader(header.getKey(), MimeUtility.fold(header.getKey().length() + 2, value));
    }
    message.setText(new String(request.body(), StandardCharsets.UTF_8), "UTF-8");
    message.saveChanges();
    return message;
  }

  /**
   * Sends to all recipients. If the server refuses some of them for ever, the others get the mail;
   * if it refuses any for now, nobody does yet.
   */
  private DeliveryResult send(MimeMessage message, SMTPTransport transport)
      throws MessagingException {
    List<Address> to = new ArrayList<>(List.of(message.getAllRecipients()));
    StringJoiner refused = new StringJoiner("; ");
    while (true) {
      try {
        transport.sendMessage(message, to.toArray(new Address[0]));
        String answer = receiver.shown(transport.getLastServerResponse());
        if (refused.length() == 0) {
          return new DeliveryResult.Accepted(answer);
        }
        LOG.warn(
            "mail server refuses recipients, the others got the mail: receiver={} reason={}",
            receiver.name(),
            refused);
        return new DeliveryResult.Accepted(
            "%s; not to %s".formatted(answer, receiver.shown(refused.toString())));
      } catch (SMTPSendFailedException e) {
        return ofMessage(e);
      } catch (SendFailedException e) {
        List<SMTPAddressFailedException> failures = failures(e);
        failures.forEach(f -> refused.add("%s (%s)".formatted(f.getAddress(), text(f))));
        List<InternetAddress> permanent =
            failures.stream()
                .filter(f -> f.getReturnCode() >= PERMANENT)
                .map(SMTPAddressFailedException::getAddress)
                .toList();
        if (permanent.isEmpty() || permanent.size() < failures.size() || !to.removeAll(permanent)) {
          return unavailable("does not take the mail now: " + refused);
        }
        if (to.isEmpty()) {
          return unavailable("refuses every recipient: " + refused);
        }
      }
    }
  }

  /** A refused sender concerns every mail, as an unknown address of HTTP does. */
  private DeliveryResult ofMessage(SMTPSendFailedException e) {
    String detail = text(e);
    if (e.getReturnCode() < PERMANENT || e.getCommand().startsWith("MAIL")) {
      return unavailable("does not take the mail: " + detail);
    }
    return new DeliveryResult.Refused(detail);
  }

  private static List<SMTPAddressFailedException> failures(MessagingException of) {
    List<SMTPAddressFailedException> failures = new ArrayList<>();
    for (Exception next = of.getNextException();
        next instanceof MessagingException failure;
        next = failure.getNextException()) {
      if (failure instanceof SMTPAddressFailedException address) {
        failures.add(address);
      }
    }
    return failures;
  }

  private static boolean timedOut(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException) {
        return true;
      }
    }
    return false;
  }

  /** Message of an error or, if it has none, of its cause. */
  private String text(Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String own = e.getMessage() == null ? "" : e.getMessage();
    String more = cause == e || cause.getMessage() == null ? "" : cause.getMessage();
    String joined = own.contains(more) ? own : own + ": " + more;
    return receiver.shown(joined.isBlank() ? e.toString() : joined);
  }

  private DeliveryResult unavailable(String why) {
    return new DeliveryResult.Unavailable(
        receiver.place() + " " + receiver.shown(why), Optional.empty(), true);
  }
}
