package dev.residua.app.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "a.localhost"})
  void shouldAllowNamesOfThisMachine(String host) {
    assertThat(new AllowedHosts(List.of()).allow(host, true)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "[fe80::1]:8080",
        "[not an address]",
        "999.0.0.1",
        ""
      })
  void shouldRefuseOtherNamesOnLoopback(String host) {
    assertThat(new AllowedHosts(List.of()).allow(host, true)).isFalse();
  }

  @Test
  void shouldAllowConfiguredNames() {
    // Given
    AllowedHosts hosts = new AllowedHosts(List.of("Residua.Example"));
    // When, Then
    assertThat(hosts.allow("residua.example:443", true)).isTrue();
    assertThat(hosts.allow("residua.example", false)).isTrue();
    assertThat(hosts.allow("other.example", false)).isFalse();
    assertThat(hosts.allow("localhost:8080", false)).isTrue();
  }

  @Test
  void shouldAllowAllNamesElsewhereWhereNoneIsConfigured() {
    assertThat(new AllowedHosts(List.of()).allow("residua:8080", false)).isTrue();
    assertThat(new AllowedHosts(List.of()).allow(null, true)).isTrue();
  }
}
