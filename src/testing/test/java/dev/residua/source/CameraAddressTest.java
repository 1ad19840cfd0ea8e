package dev.residua.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.source.CameraAddress.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CameraAddressTest {
  @ParameterizedTest
  @CsvSource({
    "rtsp://10.0.0.7/live, RTSP",
    "rtsps://cam7.plant:322/live, RTSP",
    "srt://10.0.0.7:9000, SRT",
    "srt://10.0.0.7:9000?streamid=cam7, SRT",
    "http://cam/mjpeg, HTTP",
    "https://cam:8443/a?b=c, HTTP",
    "mqtt://broker/cameras/cam7, MQTT",
    "mqtts://broker:8884/plant/boiler%201, MQTT",
    "/dev/video0, DEVICE",
    "file:///dev/video12, DEVICE",
    "/data/video.mp4, FILE",
    "a folder/1, FILE",
  })
  void shouldKnowHowAnAddressIsRead(String text, Kind kind) {
    // When
    CameraAddress address = CameraAddress.parse(text);

    // Then
    assertThat(address.kind()).isEqualTo(kind);
    assertThat(CameraAddress.parse(address.uri().toString())).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rtsp://viewer7:hunter2@10.0.0.7/live",
        "rtsp://viewer7:hunter2@[::1/live",
        "rtsp://viewer7:hunt/hunter2@10.0.0.7/live",
        "http://viewer7:hunter2@cam/",
        "ftp://viewer7:hunter2@cam/",
        "http://viewer7:hunter2@bad host/",
        "ftp://cam/?user=viewer7&password=hunter2",
      })
  void shouldRefuseSecretsWithoutRepeatingThem(String text) {
    assertThatThrownBy(() -> CameraAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("hunter2")
        .hasMessageNotContaining("viewer7")
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rtsp:///live",
        "rtsp:live",
        "srt://10.0.0.7",
        "srt://:9000",
        "srt://10.0.0.7:9000/live",
        "srt://10.0.0.7:9000?mode=listener",
        "srt://10.0.0.7:9000?streamid=a&passphrase=hunter2",
        "http://cam/a/../b",
        "http://cam/%2e%2e/b",
        "http://cam/a%2Fb",
        "http://cam/#a",
        "mqtt://broker/",
        "mqtt://broker",
        "mqtt://broker/cameras/+",
        "mqtt://broker/cameras/#",
        "file://host/a",
        "file:a",
        "concat:a",
        "data:image/png;base64,AAAA",
      })
  void shouldRefuseWhatIsNoCamera(String text) {
    assertThatThrownBy(() -> CameraAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  /** FFmpeg 8.0.1 accepts any trusted certificate of a server that is addressed by a number. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rtsps://10.0.0.7/live",
        "RTSPS://[::1]:322/live",
        "rtsps://1/live",
        "rtsps://0x7f000001/live"
      })
  void shouldWantANameForACertificate(String text) {
    assertThatThrownBy(() -> CameraAddress.parse(text)).hasMessageContaining("give its name");
  }

  @Test
  void shouldNotShowTheQuery() {
    assertThat(CameraAddress.parse("http://cam/mjpeg?pwd=hunter2"))
        .hasToString("http://cam/mjpeg?...");
  }

  @Test
  void shouldReadTheTextOfACamera() {
    for (String text :
        new String[] {"rtsp://10.0.0.7/live", "rtsp://10.0.0.7/live credentials=line3.txt"}) {
      assertThat(SourceCamera.parse(text).text()).isEqualTo(text);
    }
    assertThat(SourceCamera.parse("rtsp://a/b  credentials=c").credentials()).isEqualTo("c");
    assertThatThrownBy(() -> SourceCamera.parse("rtsp://a/b credentials=../c"))
        .hasMessageContaining("name of a file");
    assertThatThrownBy(() -> SourceCamera.parse("rtsp://a/b password=hunter2"))
        .hasMessageNotContaining("hunter2");
  }
}
