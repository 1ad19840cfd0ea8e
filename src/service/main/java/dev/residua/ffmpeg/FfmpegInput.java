package dev.residua.ffmpeg;

import dev.residua.ingest.CameraCredentials;
import dev.residua.ingest.CameraSettings;
import dev.residua.ingest.HttpAnswer;
import dev.residua.source.CameraAddress;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Input that FFmpeg opens. Its text shows no secrets.
 *
 * @param url as FFmpeg expects it, with user and password
 * @param format name of the demuxer; null to recognise it
 * @param options of the demuxer
 * @param answer whose body is read instead of the url; closed with the stream
 * @param live whether its end is a failure
 */
record FfmpegInput(
    String url,
    @Nullable String format,
    Map<String, String> options,
    @Nullable HttpAnswer answer,
    boolean live) {
  /**
   * Demuxers of one stream of data. Those that open other addresses, such as playlists, are not
   * among them.
   */
  private static final String CONTAINERS =
      "asf,avi,flv,h264,hevc,ivf,jpeg_pipe,m4v,matroska,mjpeg,mov,mpeg,mpegts,mpegvideo,mpjpeg,ogg,yuv4mpegpipe";

  FfmpegInput {
    options = Map.copyOf(options);
  }

  static FfmpegInput rtsp(CameraSettings camera) throws IOException {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("rtsp_transport", "tcp");
    options.put("allowed_media_types", "video");
    options.put("protocol_whitelist", "tcp,tls");
    options.put("format_whitelist", "rtsp");
    options.put("tls_verify", "1"); // also after a redirect to an address with TLS
    options.put("timeout", Long.toString(camera.timeout().toMillis() * 1_000));
    return new FfmpegInput(withCredentials(camera), "rtsp", options, null, true);
  }

  /** Calls the camera. The user of the credentials is the id of the stream. */
  static FfmpegInput srt(CameraSettings camera) throws IOException {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("protocol_whitelist", "srt");
    options.put("format_whitelist", "mpegts");
    options.put("mode", "caller");
    options.put("connect_timeout", Long.toString(camera.timeout().toMillis()));
    if (camera.credentials().isPresent()) {
      CameraCredentials credentials = CameraCredentials.read(camera.credentials().get());
      options.put("srt_streamid", credentials.user());
      options.put("passphrase", credentials.password());
    }
    return new FfmpegInput(url(camera.address()), "mpegts", options, null, true);
  }

  private static String withCredentials(CameraSettings camera) throws IOException {
    String url = url(camera.address());
    if (camera.credentials().isEmpty()) {
      return url;
    }
    CameraCredentials credentials = CameraCredentials.read(camera.credentials().get());
    String login = escaped(credentials.user()) + ":" + escaped(credentials.password()) + "@";
    return url.replaceFirst("://", Matcher.quoteReplacement("://" + login));
  }

  /** FFmpeg compares schemes in small letters, and would call another one without TLS. */
  private static String url(CameraAddress address) {
    String scheme = address.uri().getScheme();
    return scheme.toLowerCase(Locale.ROOT) + address.uri().toString().substring(scheme.length());
  }

  /** Returns true if the camera shows a certificate. */
  boolean isEncrypted() {
    return url.startsWith("rtsps:");
  }

  /** Most likely reason, for the operator, if it cannot be opened. */
  String needs() {
    if (isEncrypted()) {
      return ", for which it needs a certificate for this name that Java trusts";
    }
    return url.startsWith("srt:")
        ? ", for which it must wait for calls, with the passphrase of the credentials (10 to 79 characters)"
        : "";
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static FfmpegInput http(HttpAnswer answer) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("protocol_whitelist", "none");
    options.put("format_whitelist", CONTAINERS);
    return new FfmpegInput("", answer.isMultipart() ? "mpjpeg" : null, options, answer, true);
  }

  static FfmpegInput device(CameraAddress address) {
    return new FfmpegInput(
        address.path().toString(),
        "video4linux2",
        Map.of("protocol_whitelist", "none"),
        null,
        true);
  }

  static FfmpegInput file(CameraAddress address) {
    return new FfmpegInput(
        "file:" + address.path(),
        null,
        Map.of("protocol_whitelist", "file", "format_whitelist", CONTAINERS),
        null,
        false);
  }

  @Override
  public String toString() {
    return "input of format " + format;
  }
}
