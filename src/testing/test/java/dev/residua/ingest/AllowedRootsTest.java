package dev.residua.ingest;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.source.CameraAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowedRootsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "rtsp://10.0.0.7, rtsp://10.0.0.7/live",
    "rtsp://10.0.0.7/, rtsp://10.0.0.7:554/live?channel=1",
    "rtsp://10.0.0.7/cams, rtsp://10.0.0.7/cams/7",
    "rtsp://10.0.0.7/cams/7, rtsp://10.0.0.7/cams/7",
    "http://Cam.Plant.local:8080/, HTTP://cam.plant.local:8080/mjpeg",
    "https://cam/, https://cam:443/x",
  })
  void shouldPermitWhatIsBelowARoot(String root, String address) {
    assertThatCode(() -> AllowedRoots.parse(List.of(root)).check(CameraAddress.parse(address)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "rtsp://10.0.0.7/cams, rtsp://10.0.0.7/cams7",
    "rtsp://10.0.0.7, rtsp://10.0.0.70/live",
    "rtsp://10.0.0.7, rtsp://10.0.0.7.evil.example/live",
    "rtsp://10.0.0.7, rtsp://10.0.0.7:555/live",
    "rtsp://10.0.0.7, http://10.0.0.7:554/live",
    "http://cam/a, http://cam/",
    "http://cam:8080/, https://cam:8080/",
  })
  void shouldRefuseWhatIsNot(String root, String address) {
    assertThatThrownBy(() -> AllowedRoots.parse(List.of(root)).check(CameraAddress.parse(address)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("residua.ingest.allowed-roots");
  }

  @Test
  void shouldRefuseEverythingWithoutRoots() {
    assertThatThrownBy(
            () -> new AllowedRoots(List.of()).check(CameraAddress.parse("rtsp://10.0.0.7/")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void shouldFollowLinksBeforeComparingFiles() throws Exception {
    // Given
    Path allowed = Files.createDirectory(folder.resolve("allowed"));
    Path secret = Files.writeString(folder.resolve("secret.mp4"), "x");
    Path inside = Files.writeString(allowed.resolve("video.mp4"), "x");
    Path link = Files.createSymbolicLink(allowed.resolve("link.mp4"), secret);
    AllowedRoots roots = AllowedRoots.parse(List.of(allowed.toString()));

    // When, Then
    assertThatCode(() -> roots.check(CameraAddress.parse(inside.toString())))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> roots.check(CameraAddress.parse(link.toString())))
        .hasMessageContaining("under none");
    assertThatThrownBy(() -> roots.check(CameraAddress.parse(allowed + "/none.mp4")))
        .hasMessageContaining("there is no file");
  }

  @Test
  void shouldNameTheSettingOfABadRoot() {
    assertThatThrownBy(() -> AllowedRoots.parse(List.of("ftp://10.0.0.7/")))
        .hasMessageStartingWith("residua.ingest.allowed-roots");
    assertThatThrownBy(() -> AllowedRoots.parse(List.of("http://cam/?a=b")))
        .hasMessageContaining("without a query");
  }
}
