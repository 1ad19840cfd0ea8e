package dev.residua.app.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class MonitorRoleTest {
  private final Map<MetricName, Metric> metrics = new HashMap<>();

  private void metric(String name, String client, Object value) {
    MetricName key = new MetricName(name, "consumer-metrics", "", Map.of("client-id", client));
    metrics.put(
        key,
        new Metric() {
          @Override
          public MetricName metricName() {
            return key;
          }

          @Override
          public Object metricValue() {
            return value;
          }
        });
  }

  @Test
  void shouldFindTheSlowestThreadOfTheMonitorButIgnoreRestoring() {
    // Given
    metric("last-poll-seconds-ago", "m-StreamThread-1-consumer", 0.0);
    metric("last-poll-seconds-ago", "m-StreamThread-2-consumer", 400.0);
    metric("last-poll-seconds-ago", "m-GlobalStreamThread-global-consumer", 1.0);
    metric("last-poll-seconds-ago", "m-StateUpdater-1-restore-consumer", 90_000.0);
    metric("records-lag", "m-StreamThread-1-consumer", 5_000.0);
    // When, Then
    assertThat(MonitorRole.sinceLastPoll(metrics)).isEqualTo(Duration.ofSeconds(400));
  }

  @Test
  void shouldTakeAThreadThatNeverAskedForOneThatBegins() {
    // Given
    metric("last-poll-seconds-ago", "m-StreamThread-1-consumer", -1.0);
    // When, Then
    assertThat(MonitorRole.sinceLastPoll(metrics)).isZero();
  }
}
