package dev.residua.alerting;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Checks that the address of a receiver accepts connections, with a valid certificate for https.
 * Sends no request, so nobody is alerted.
 */
public final class ReceiverProbe {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private ReceiverProbe() {}

  /**
   * Connects, for at most twice the receiver's timeout and the time to look its name up.
   *
   * @return the problem and, after a semicolon, the remedy; empty if it can be reached
   */
  public static Optional<String> problem(ReceiverSettings receiver) {
    URI url = receiver.url();
    boolean tls = "https".equalsIgnoreCase(url.getScheme());
    int port = url.getPort() >= 0 ? url.getPort() : tls ? HTTPS : HTTP;
    int millis = Math.toIntExact(receiver.timeout().toMillis());
    String host = url.getHost().replaceAll("[\\[\\]]", "");
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getByName(host), port), millis);
      if (tls) {
        socket.setSoTimeout(millis);
        greet(socket, host, port);
      }
      return Optional.empty();
    } catch (UnknownHostException e) {
      return problem(receiver, "the name %s is not known".formatted(host));
    } catch (SocketTimeoutException e) {
      return problem(receiver, "no answer within %d ms".formatted(millis));
    } catch (IOException e) {
      return problem(receiver, String.valueOf(e.getMessage()));
    }
  }

  private static void greet(Socket socket, String host, int port) throws IOException {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    try (SSLSocket secure = (SSLSocket) factory.createSocket(socket, host, port, true)) {
      SSLParameters parameters = secure.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      secure.setSSLParameters(parameters);
      secure.startHandshake();
    }
  }

  private static Optional<String> problem(ReceiverSettings receiver, String why) {
    return Optional.of(
        "%s cannot be reached: %s; check residua.alerting.receivers.%s.url, and that it runs"
            .formatted(receiver, why, receiver.name()));
  }
}
