package dev.residua.testing;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Simulated cameras on loopback: RTSP over TCP with interleaved RTP packets that carry JPEG (RFC
 * 2435). One address per camera, {@code rtsp://127.0.0.1:PORT/NAME}.
 */
public final class RtspCameras implements AutoCloseable {
  private static final int PAYLOAD_BYTES = 1_200;
  private static final int CLOCK_HERTZ = 90_000;
  private static final long SECONDS_FROM_1900 = 2_208_988_800L;

  private final Script script;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Map<String, AtomicInteger> connections = new ConcurrentHashMap<>();

  /** Behaviour of the cameras. */
  public interface Script {
    /** The next picture: a baseline JPEG file with 4:2:0 chroma whose sides are multiples of 16. */
    byte[] picture(String camera, int connection, int index);

    /** Milliseconds before a picture; negative to cut the connection instead. */
    default long pause(String camera, int connection, int index) {
      return 20;
    }

    /** Time of the camera's clock when it begins to send; null for no sender reports. */
    default Instant clock(String camera) {
      return Instant.now();
    }

    /** {@code user:password} that a camera wants, or empty. */
    default String login(String camera) {
      return "";
    }

    /** Address to which DESCRIBE is redirected, or empty. */
    default String redirect(String camera) {
      return "";
    }

    /** Returns true if the camera accepts the connection and never answers. */
    default boolean hangs(String camera) {
      return false;
    }
  }

  public RtspCameras(Script script) throws IOException {
    this(script, new ServerSocket(0, 200, InetAddress.getLoopbackAddress()));
  }

  /**
   * @param server where they listen, perhaps with TLS; closed with the cameras
   */
  public RtspCameras(Script script, ServerSocket server) {
    this.script = script;
    this.server = server;
    start(this::accept, "rtsp-cameras");
  }

  private static void start(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  public String address(String camera) {
    return "rtsp://127.0.0.1:%d/%s".formatted(server.getLocalPort(), camera);
  }

  /** Number of PLAY requests to a camera. */
  public int connections(String camera) {
    return connections.getOrDefault(camera, new AtomicInteger()).get();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        start(() -> serve(socket), "rtsp-camera");
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] request = line.split(" ", -1);
        String sequence = "";
        String login = "";
        for (String header = in.readLine();
            header != null && !header.isEmpty();
            header = in.readLine()) {
          if (header.startsWith("CSeq:")) {
            sequence = header.substring(5).strip();
          } else if (header.startsWith("Authorization: Basic ")) {
            login =
                new String(
                    Base64.getDecoder().decode(header.substring(21)), StandardCharsets.UTF_8);
          }
        }
        String camera = request[1].replaceFirst("rtsps?://[^/]*/", "").replaceFirst("/.*", "");
        if (script.hangs(camera)) {
          continue;
        }
        if (!request[0].equals("OPTIONS") && !login.equals(script.login(camera))) {
          answer(
              out,
              "401 Unauthorized",
              sequence,
              "WWW-Authenticate: Basic realm=\"camera\"\r\n",
              "");
          continue;
        }
        switch (request[0]) {
          case "OPTIONS" ->
              answer(
                  out,
                  "200 OK",
                  sequence,
                  "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n",
                  "");
          case "DESCRIBE" -> {
            if (script.redirect(camera).isEmpty()) {
              answer(
                  out,
                  "200 OK",
                  sequence,
                  "Content-Type: application/sdp\r\nContent-Base: %s/\r\n".formatted(request[1]),
                  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
                      + "m=video 0 RTP/AVP 26\r\na=control:track1\r\n");
            } else {
              answer(
                  out,
                  "302 Found",
                  sequence,
                  "Location: %s\r\n".formatted(script.redirect(camera)),
                  "");
            }
          }
          case "SETUP" ->
              answer(
                  out,
                  "200 OK",
                  sequence,
                  "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n",
                  "");
          case "PLAY" -> {
            answer(out, "200 OK", sequence, "Session: 1\r\n", "");
            int connection =
                connections.computeIfAbsent(camera, name -> new AtomicInteger()).incrementAndGet();
            play(out, camera, connection);
            return;
          }
          default -> answer(out, "200 OK", sequence, "", "");
        }
      }
    } catch (IOException | InterruptedException e) {
      // the client is gone
    } finally {
      open.remove(socket);
    }
  }

  private static void answer(
      DataOutputStream out, String status, String sequence, String headers, String body)
      throws IOException {
    out.write(
        "RTSP/1.0 %s\r\nCSeq: %s\r\n%sContent-Length: %d\r\n\r\n%s"
            .formatted(status, sequence, headers, body.length(), body)
            .getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private void play(DataOutputStream out, String camera, int connection)
      throws IOException, InterruptedException {
    long millis = 0; // RTP time follows the script, not the machine
    Instant clock = script.clock(camera);
    if (clock != null) {
      report(out, clock);
    }
    int packet = 0;
    for (int index = 0; ; index++) {
      long pause = script.pause(camera, connection, index);
      if (pause < 0) {
        return; // closes the socket
      }
      Thread.sleep(pause);
      millis += pause;
      int time = (int) (millis * CLOCK_HERTZ / 1_000);
      packet = send(out, script.picture(camera, connection, index), time, packet);
    }
  }

  /** A sender report: the clock at RTP time 0. */
  private static void report(DataOutputStream out, Instant clock) throws IOException {
    out.writeByte('$');
    out.writeByte(1);
    out.writeShort(28);
    out.writeByte(0x80);
    out.writeByte(200);
    out.writeShort(6);
    out.writeInt(1);
    out.writeInt((int) (clock.getEpochSecond() + SECONDS_FROM_1900));
    out.writeInt((int) (((long) clock.getNano() << 32) / 1_000_000_000L));
    out.writeInt(0);
    out.writeInt(0);
    out.writeInt(0);
    out.flush();
  }

  private static int send(DataOutputStream out, byte[] file, int time, int first)
      throws IOException {
    Jpeg jpeg = Jpeg.of(file);
    int packet = first;
    for (int at = 0; at < jpeg.scan().length; packet++) {
      int size = Math.min(PAYLOAD_BYTES, jpeg.scan().length - at);
      boolean last = at + size == jpeg.scan().length;
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream rtp = new DataOutputStream(bytes);
      rtp.writeByte(0x80);
      rtp.writeByte(last ? 0x80 | 26 : 26);
      rtp.writeShort(packet);
      rtp.writeInt(time);
      rtp.writeInt(1);
      rtp.writeInt(at); // type-specific 0, then 24 bits of the offset
      rtp.writeByte(1); // 4:2:0
      rtp.writeByte(255); // tables are in the packet
      rtp.writeByte(jpeg.width() / 8);
      rtp.writeByte(jpeg.height() / 8);
      if (at == 0) {
        rtp.writeShort(0);
        rtp.writeShort(jpeg.tables().length);
        rtp.write(jpeg.tables());
      }
      rtp.write(jpeg.scan(), at, size);
      out.writeByte('$');
      out.writeByte(0);
      out.writeShort(bytes.size());
      bytes.writeTo(out);
      at += size;
    }
    out.flush();
    return packet;
  }

  /** Parts of a JPEG file that RTP carries. */
  public record Jpeg(int width, int height, byte[] tables, byte[] scan) {
    /** Takes a file apart. */
    public static Jpeg of(byte[] file) {
      ByteArrayOutputStream tables = new ByteArrayOutputStream();
      int width = 0;
      int height = 0;
      for (int at = 2; ; ) {
        int marker = file[at + 1] & 0xFF;
        int length = (file[at + 2] & 0xFF) << 8 | file[at + 3] & 0xFF;
        switch (marker) {
          case 0xDB -> {
            for (int table = at + 4; table < at + 2 + length; table += 65) {
              tables.write(file, table + 1, 64);
            }
          }
          case 0xC0 -> {
            height = (file[at + 5] & 0xFF) << 8 | file[at + 6] & 0xFF;
            width = (file[at + 7] & 0xFF) << 8 | file[at + 8] & 0xFF;
          }
          case 0xDA -> {
            byte[] scan = Arrays.copyOfRange(file, at + 2 + length, file.length - 2);
            return new Jpeg(width, height, tables.toByteArray(), scan);
          }
          default -> {}
        }
        at += 2 + length;
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
