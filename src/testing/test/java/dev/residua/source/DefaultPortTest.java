package dev.residua.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ports of the registry of IANA; that of mail submission is of RFC 6409, section 3.1. */
class DefaultPortTest {
  @ParameterizedTest
  @CsvSource({
    "http://host/a, 80",
    "HTTPS://host, 443",
    "https://host:8443/a, 8443",
    "rtsp://host/live, 554",
    "rtsps://host/live, 322",
    "srt://host:9000, 9000",
    "smtp://host, 587",
    "smtps://host, 465",
    "mqtt://host/a, 1883",
    "mqtts://[::1]/a, 8883",
    "file:///a, -1",
  })
  void shouldKnowThePortOfAnAddress(String address, int port) {
    assertThat(DefaultPort.of(URI.create(address))).isEqualTo(port);
  }
}
