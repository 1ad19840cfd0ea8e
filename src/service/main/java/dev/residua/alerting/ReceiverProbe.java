package dev.residua.alerting;

import dev.residua.source.DefaultPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Checks that the address of a receiver accepts connections, with a valid certificate for TLS.
 * Sends no request, so nobody is alerted.
 */
public final class ReceiverProbe {
  private ReceiverProbe() {}

  /**
   * Connects, for at most twice the receiver's timeout and the time to look its name up.
   *
   * @return the problem and, after a semicolon, the remedy; empty if it can be reached
   */
  public static Optional<String> problem(ReceiverSettings receiver) {
    try (Socket socket = new Socket();
        Socket connected =
            connect(socket, receiver, (SSLSocketFactory) SSLSocketFactory.getDefault())) {
      return Optional.empty();
    } catch (UnknownHostException e) {
      return problem(receiver, "the name %s is not known".formatted(host(receiver)));
    } catch (SocketTimeoutException e) {
      return problem(receiver, "no answer within %d ms".formatted(receiver.timeout().toMillis()));
    } catch (IOException e) {
      return problem(receiver, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Connects a socket to a receiver; each step takes at most the receiver's timeout.
   *
   * @return the socket, or one with TLS upon it
   */
  static Socket connect(Socket socket, ReceiverSettings receiver, SSLSocketFactory factory)
      throws IOException {
    String host = host(receiver);
    int port = DefaultPort.of(receiver.url());
    int millis = Math.toIntExact(receiver.timeout().toMillis());
    socket.connect(new InetSocketAddress(InetAddress.getByName(host), port), millis);
    socket.setSoTimeout(millis);
    if (!receiver.tls()) {
      return socket;
    }
    SSLSocket secure = (SSLSocket) factory.createSocket(socket, host, port, true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    return secure;
  }

  private static String host(ReceiverSettings receiver) {
    return receiver.url().getHost().replaceAll("[\\[\\]]", "");
  }

  private static Optional<String> problem(ReceiverSettings receiver, String why) {
    return Optional.of(
        "%s cannot be reached: %s; check residua.alerting.receivers.%s.url, and that it runs"
            .formatted(receiver, why, receiver.name()));
  }
}
