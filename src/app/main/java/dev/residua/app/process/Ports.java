package dev.residua.app.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports of the loopback interface. */
public final class Ports {
  private static final String HOST = "localhost";

  /** Below the ports that systems give to outgoing connections, one of which would take it soon. */
  private static final int FIRST = 20_000;

  private static final int LAST = 32_767;
  private static final int TRIES = 1_000;

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
   * A port that was free a moment ago, at random from those that no outgoing connection gets, so
   * that it is most probably still free when a server starts there.
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
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "none of %d ports from %d to %d is free on %s".formatted(TRIES, FIRST, LAST, HOST));
  }
}
