package dev.residua.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.FrameLimits;
import dev.residua.source.CameraAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CameraFleetTest {
  private final List<String> events = new ArrayList<>();
  private final List<FakeCamera> cameras = new ArrayList<>();

  private final class FakeCamera implements CameraFleet.Camera {
    private final String name;
    private boolean running = true;

    FakeCamera(CameraSettings settings) {
      this.name = settings.source() + " " + settings.address();
      events.add("start " + name);
      cameras.add(this);
    }

    @Override
    public void stop() {
      events.add("stop " + name);
    }

    @Override
    public boolean isRunning() {
      return running;
    }
  }

  private static CameraSettings camera(String source, String address) {
    CameraAddress where = CameraAddress.parse(address);
    return new CameraSettings(
        source,
        where,
        Optional.empty(),
        AllowedRoots.only(where),
        Optional.of(2.0),
        90,
        CameraSettings.DEFAULT_TIMEOUT,
        FrameLimits.DEFAULTS);
  }

  @Test
  void shouldStartStopAndLeaveAlone() {
    // Given
    CameraFleet fleet = new CameraFleet(10, FakeCamera::new);
    fleet.update(List.of(camera("b", "rtsp://b/1"), camera("a", "rtsp://a/1")));

    // When
    fleet.update(List.of(camera("a", "rtsp://a/1")));

    // Then
    assertThat(events)
        .containsExactly("start a rtsp://a/1", "start b rtsp://b/1", "stop b rtsp://b/1");
  }

  @Test
  void shouldStartAChangedCameraOnlyAfterTheOldOneHasEnded() {
    // Given
    CameraFleet fleet = new CameraFleet(10, FakeCamera::new);
    fleet.update(List.of(camera("a", "rtsp://a/1")));

    // When
    fleet.update(List.of(camera("a", "rtsp://a/2")));
    fleet.update(List.of(camera("a", "rtsp://a/2")));
    cameras.get(0).running = false;
    fleet.update(List.of(camera("a", "rtsp://a/2")));

    // Then
    assertThat(events)
        .containsExactly("start a rtsp://a/1", "stop a rtsp://a/1", "start a rtsp://a/2");
  }

  @Test
  void shouldNotRestartAVideoThatHasEnded() {
    // Given
    CameraFleet fleet = new CameraFleet(10, FakeCamera::new);
    fleet.update(List.of(camera("a", "/data/video.mp4")));

    // When
    cameras.get(0).running = false;
    fleet.update(List.of(camera("a", "/data/video.mp4")));

    // Then
    assertThat(events).hasSize(1);
  }

  @Test
  void shouldCountWhatExceedsTheLimit() {
    // Given
    CameraFleet fleet = new CameraFleet(1, FakeCamera::new);

    // When
    int beyond = fleet.update(List.of(camera("b", "rtsp://b/1"), camera("a", "rtsp://a/1")));

    // Then
    assertThat(beyond).isEqualTo(1);
    assertThat(events).containsExactly("start a rtsp://a/1");
  }
}
