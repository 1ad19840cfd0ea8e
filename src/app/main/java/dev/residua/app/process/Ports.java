package dev.residua.app.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Arrays;

/** TCP ports of the loopback interface. */
public final class Ports {
  private static final String HOST = "localhost";

  private Ports() {}

  /** Returns true if a server could listen on a port now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * A port that was free a moment ago.
   *
   * @param others ports that will be used too, and are not given although they may be free
   */
  public static int free(int... others) {
    while (true) {
      int port = anyFree();
      if (Arrays.stream(others).noneMatch(other -> other == port)) {
        return port;
      }
    }
  }

  private static int anyFree() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException("no free port on " + HOST, e);
    }
  }
}
