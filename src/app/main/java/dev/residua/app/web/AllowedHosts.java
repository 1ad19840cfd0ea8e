package dev.residua.app.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The host names under which the service answers. A web page can make its own name resolve to this
 * machine (DNS rebinding), and its requests then count as same-origin; they show in the name in
 * their {@code Host} header. On loopback, which no other machine uses, only names of this machine
 * are allowed; elsewhere all names, unless some are configured.
 */
public final class AllowedHosts {
  private final Set<String> configured;

  /**
   * @param configured names without port, as in {@code residua.http.allowed-hosts}
   */
  public AllowedHosts(List<String> configured) {
    this.configured =
        configured.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  /**
   * Returns true if a request is for this service.
   *
   * @param authority its {@code Host} header, with or without port; null if it has none
   * @param loopback whether it arrived at a loopback address
   */
  public boolean allow(@Nullable String authority, boolean loopback) {
    if (authority == null) {
      return true; // no browser leaves it out
    }
    String name = name(authority).toLowerCase(Locale.ROOT);
    if (configured.contains(name)) {
      return true;
    }
    return isThisMachine(name) || (!loopback && configured.isEmpty());
  }

  private static String name(String authority) {
    int port = authority.lastIndexOf(':');
    return port > authority.lastIndexOf(']') ? authority.substring(0, port) : authority;
  }

  /** Returns true if a name means this machine wherever it is resolved: no DNS is asked. */
  private static boolean isThisMachine(String name) {
    if (name.equals("localhost") || name.endsWith(".localhost")) {
      return true;
    }
    boolean literal = name.startsWith("[") || name.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    try {
      return literal && InetAddress.getByName(name).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
