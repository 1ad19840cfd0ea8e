package dev.residua.ffmpeg;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_PRFT;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_get_side_data;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avdevice.avdevice_register_all;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_find_input_format;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avformat.avio_alloc_context;
import static org.bytedeco.ffmpeg.global.avformat.avio_context_free;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EXIT;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EXTERNAL;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_free;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_malloc;
import static org.bytedeco.ffmpeg.global.avutil.av_max_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;

import dev.residua.frame.PixelFormat;
import dev.residua.ingest.CameraSettings;
import dev.residua.ingest.CaptureClock;
import dev.residua.ingest.CapturedPicture;
import dev.residua.ingest.FramePacer;
import dev.residua.ingest.HttpAnswer;
import dev.residua.ingest.JpegFile;
import dev.residua.ingest.Pauses;
import dev.residua.ingest.PictureStream;
import dev.residua.source.CameraAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVProducerReferenceTime;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avformat.Read_packet_Pointer_BytePointer_int;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/**
 * One open input of FFmpeg. MJPEG pictures are passed on unchanged; other video is decoded, and
 * encoded again as JPEG.
 *
 * <p>Every call into FFmpeg ends at the camera's time-out, when the camera is stopped, or when the
 * camera redirects to an address that is not allowed. One thread opens, reads and closes it.
 *
 * <p>FFmpeg gathers a picture before it returns it, however long it is. So the bytes of a web
 * server that it reads for one picture are bounded, and no piece of its memory, in which it gathers
 * the pictures of RTSP cameras and of files, may exceed {@link CameraStreams#MAX_BLOCK_BYTES}. One
 * decoder runs on one thread.
 */
final class FfmpegStream implements PictureStream {
  private static final String PROBED_MICROSECONDS = "3000000";
  private static final int BUFFER_BYTES = 32 << 10;
  private static final int TRY_AGAIN = -11; // AVERROR(EAGAIN) on Linux
  private static final long POLL_MILLIS = 5;

  /** Open streams by the address of their context: native code can call few Java objects. */
  private static final Map<Long, FfmpegStream> OPEN = new ConcurrentHashMap<>();

  private static final Interrupt INTERRUPT = new Interrupt();
  private static final BodyReader BODY_READER = new BodyReader();

  static {
    av_log_set_level(AV_LOG_QUIET); // its messages have passwords; what fails is in the exception
    av_max_alloc(CameraStreams.MAX_BLOCK_BYTES);
  }

  private final FfmpegInput input;
  private final CameraSettings camera;
  private final BooleanSupplier stopped;
  private final Clock clock;
  private final boolean realTime;
  private final CaptureClock captureClock = new CaptureClock();
  private final FramePacer pacer;
  private final JpegEncoder encoder;
  private final byte[] chunk = new byte[BUFFER_BYTES];

  private long key;
  private @Nullable AVFormatContext context;
  private @Nullable AVIOContext body;
  private @Nullable AVCodecContext decoder;
  private @Nullable AVPacket packet;
  private @Nullable AVFrame frame;
  private int index;
  private double microsecondsPerTick;
  private boolean draining;
  private long deadline;
  private long startNanos;

  /** Why nothing more is read, as a sentence for the operator. */
  private @Nullable String refused;

  /** Bytes of the body that were read since FFmpeg returned the last packet. */
  private long gathered;

  private static final class Interrupt extends AVIOInterruptCB.Callback_Pointer {
    @Override
    public int call(Pointer opaque) {
      FfmpegStream stream = OPEN.get(opaque.address());
      return stream == null || stream.givesUp() ? 1 : 0;
    }
  }

  private static final class BodyReader extends Read_packet_Pointer_BytePointer_int {
    @Override
    public int call(Pointer opaque, BytePointer buffer, int size) {
      FfmpegStream stream = OPEN.get(opaque.address());
      return stream == null ? AVERROR_EXTERNAL : stream.readBody(buffer, size);
    }
  }

  /**
   * @param realTime whether to wait until each picture is due
   */
  FfmpegStream(
      FfmpegInput input,
      CameraSettings camera,
      BooleanSupplier stopped,
      Clock clock,
      boolean realTime) {
    this.input = input;
    this.camera = camera;
    this.stopped = stopped;
    this.clock = clock;
    this.realTime = realTime;
    this.pacer = input.live() ? camera.pacer() : camera.exactPacer();
    this.encoder = new JpegEncoder(camera.quality());
  }

  /** Connects. The stream must be closed, also after a failure. */
  void open() throws IOException {
    renewDeadline();
    AVFormatContext opened = avformat_alloc_context();
    context = opened;
    key = opened.address();
    OPEN.put(key, this);
    opened.interrupt_callback().callback(INTERRUPT);
    opened.interrupt_callback().opaque(opened);
    if (input.answer() != null) {
      BytePointer buffer = new BytePointer(av_malloc(BUFFER_BYTES));
      AVIOContext reader =
          avio_alloc_context(buffer, BUFFER_BYTES, 0, opened, BODY_READER, null, null);
      body = reader;
      opened.pb(reader);
      opened.flags(opened.flags() | AVFormatContext.AVFMT_FLAG_CUSTOM_IO);
    }
    if (camera.address().kind() == CameraAddress.Kind.DEVICE) {
      loadDevices();
      opened.flags(opened.flags() | AVFormatContext.AVFMT_FLAG_NONBLOCK);
    }
    AVDictionary options = new AVDictionary(null);
    try (TrustedCertificates trusted = input.isEncrypted() ? TrustedCertificates.write() : null) {
      input.options().forEach((name, value) -> av_dict_set(options, name, value, 0));
      if (trusted != null) {
        av_dict_set(options, "ca_file", trusted.file().toString(), 0);
      }
      av_dict_set(options, "probesize", Integer.toString(CameraStreams.PROBED_BYTES), 0);
      av_dict_set(options, "analyzeduration", PROBED_MICROSECONDS, 0);
      AVInputFormat format = input.format() == null ? null : av_find_input_format(input.format());
      int code = avformat_open_input(opened, input.url(), format, options);
      if (code < 0) {
        context = null; // FFmpeg has freed it
        throw failure("cannot be opened" + input.needs(), code);
      }
    } finally {
      av_dict_free(options);
    }
    openVideo(opened);
    startNanos = System.nanoTime();
    packet = av_packet_alloc();
    frame = av_frame_alloc();
  }

  private void loadDevices() throws IOException {
    try {
      avdevice_register_all();
    } catch (LinkageError e) { // a server without sound and graphics
      throw new IOException(
          "%s cannot be opened: FFmpeg's devices need the libraries libasound.so.2, libpulse.so.0 and libxcb-shm.so.0; install them"
              .formatted(camera.address()),
          e);
    }
  }

  private void openVideo(AVFormatContext opened) throws IOException {
    AVStream video = video(opened);
    if (video == null || video.codecpar().codec_id() != AV_CODEC_ID_MJPEG) {
      int code = avformat_find_stream_info(opened, (AVDictionary) null);
      if (code < 0) {
        throw failure("cannot be read", code);
      }
      video = video(opened);
    }
    if (video == null) {
      throw new IOException("%s has no video".formatted(camera.address()));
    }
    index = video.index();
    microsecondsPerTick = 1e6 * video.time_base().num() / video.time_base().den();
    if (video.codecpar().codec_id() != AV_CODEC_ID_MJPEG) {
      decoder = decoder(video.codecpar());
    }
  }

  private static @Nullable AVStream video(AVFormatContext opened) {
    int best = av_find_best_stream(opened, AVMEDIA_TYPE_VIDEO, -1, -1, (PointerPointer<?>) null, 0);
    return best < 0 ? null : opened.streams(best);
  }

  private AVCodecContext decoder(AVCodecParameters parameters) throws IOException {
    AVCodec codec = avcodec_find_decoder(parameters.codec_id());
    if (codec == null) {
      throw new IOException(
          "%s sends a kind of video that cannot be decoded (FFmpeg's codec %d)"
              .formatted(camera.address(), parameters.codec_id()));
    }
    AVCodecContext made = avcodec_alloc_context3(codec);
    AVDictionary options = new AVDictionary(null);
    try {
      avcodec_parameters_to_context(made, parameters);
      made.thread_count(1);
      av_dict_set(options, "max_pixels", Long.toString(camera.limits().maxPixels()), 0);
      int code = avcodec_open2(made, codec, options);
      if (code < 0) {
        avcodec_free_context(made);
        throw failure("cannot be decoded", code);
      }
      return made;
    } finally {
      av_dict_free(options);
    }
  }

  @Override
  public @Nullable CapturedPicture next() throws IOException {
    AVFormatContext open = context;
    AVPacket read = packet;
    if (open == null || read == null) {
      throw new IllegalStateException("the stream is closed");
    }
    renewDeadline();
    while (true) {
      if (decoder != null) {
        CapturedPicture picture = decoded(decoder);
        if (picture != null) {
          return picture;
        }
      }
      if (draining) {
        return null;
      }
      gathered = 0;
      int code = av_read_frame(open, read);
      if (code == TRY_AGAIN && !givesUp()) {
        Pauses.sleep(POLL_MILLIS);
        continue;
      }
      if (code == AVERROR_EOF && !input.live() && !givesUp()) {
        draining = true;
        if (decoder != null) {
          avcodec_send_packet(decoder, null);
        }
        continue;
      }
      if (code < 0) {
        throw failure("broke off", code);
      }
      CapturedPicture picture;
      try {
        if (refused != null) { // the packet has the part that was gathered
          throw new IOException(refused);
        }
        picture = read.stream_index() == index ? picture(read) : null;
      } finally {
        av_packet_unref(read);
      }
      if (picture != null) {
        return picture;
      }
    }
  }

  /** The picture of a packet, or null if it is not wanted, or goes to the decoder. */
  private @Nullable CapturedPicture picture(AVPacket read) throws IOException {
    Duration position = position(read.pts());
    readWallClock(read, position);
    if (decoder != null) {
      avcodec_send_packet(decoder, read); // a damaged packet gives no frame
      return null;
    }
    renewDeadline();
    Instant time = clock.instant();
    if (!wanted(position, time)) {
      return null;
    }
    checkSize(read.size());
    byte[] file = new byte[read.size()];
    read.data().get(file);
    if (!JpegFile.isComplete(file)) {
      // Once for the stream: its next pictures are no more complete than this one.
      decoder = decoder(openStream().codecpar());
      avcodec_send_packet(decoder, read);
      return null;
    }
    waitUntilDue(position);
    return new CapturedPicture(
        captureClock.capturedAt(position, now(time)), PixelFormat.JPEG, file, position);
  }

  private AVStream openStream() {
    if (context == null) {
      throw new IllegalStateException("the stream is closed");
    }
    return context.streams(index);
  }

  private @Nullable CapturedPicture decoded(AVCodecContext from) throws IOException {
    AVFrame into = frame;
    while (into != null && avcodec_receive_frame(from, into) >= 0) {
      try {
        renewDeadline();
        Instant time = clock.instant();
        Duration position = position(into.best_effort_timestamp());
        if ((into.flags() & AVFrame.AV_FRAME_FLAG_CORRUPT) != 0
            || into.decode_error_flags() != 0
            || !wanted(position, time)) {
          continue;
        }
        byte[] file = encoder.encode(into);
        checkSize(file.length);
        waitUntilDue(position);
        return new CapturedPicture(
            captureClock.capturedAt(position, now(time)), PixelFormat.JPEG, file, position);
      } finally {
        av_frame_unref(into);
      }
    }
    return null;
  }

  private void checkSize(int bytes) throws IOException {
    if (bytes > camera.limits().maxBytes()) {
      throw new IOException(
          "a picture of %s has %,d bytes, of which %,d are allowed"
              .formatted(camera.address(), bytes, camera.limits().maxBytes()));
    }
  }

  /** A file is paced by its own time, a camera by the time of capture. */
  private boolean wanted(@Nullable Duration position, Instant time) {
    return pacer.takes(
        input.live() || position == null
            ? captureClock.capturedAt(position, time)
            : Instant.EPOCH.plus(position));
  }

  private Instant now(Instant time) {
    return realTime ? clock.instant() : time;
  }

  private void waitUntilDue(@Nullable Duration position) throws IOException {
    if (!realTime || position == null) {
      return;
    }
    while (!stopped.getAsBoolean()) {
      long left = startNanos + position.toNanos() - System.nanoTime();
      if (left <= 0) {
        break;
      }
      Pauses.sleep(Math.min(50, left / 1_000_000 + 1));
    }
    renewDeadline();
  }

  private @Nullable Duration position(long pts) {
    return pts == AV_NOPTS_VALUE
        ? null
        : Duration.ofNanos((long) (pts * microsecondsPerTick) * 1_000);
  }

  /** Sender reports of RTCP arrive as the wall clock of each packet. */
  private void readWallClock(AVPacket read, @Nullable Duration position) {
    BytePointer data = av_packet_get_side_data(read, AV_PKT_DATA_PRFT, (SizeTPointer) null);
    if (data != null && !data.isNull() && position != null) {
      long micros = new AVProducerReferenceTime(data).wallclock();
      captureClock.wallClock(
          Instant.ofEpochSecond(
              Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1_000L),
          position);
    }
  }

  private void renewDeadline() {
    deadline = System.nanoTime() + camera.timeout().toNanos();
  }

  private boolean isLate() {
    return System.nanoTime() - deadline > 0;
  }

  /** Returns true if FFmpeg is to stop its call. */
  private boolean givesUp() {
    return stopped.getAsBoolean() || isLate() || isRedirectedOutside();
  }

  /**
   * Returns true if an RTSP server has redirected to an address that is not allowed. FFmpeg asks
   * after it has set the new address, and before it sends anything there.
   */
  private boolean isRedirectedOutside() {
    AVFormatContext open = context;
    if (camera.address().kind() != CameraAddress.Kind.RTSP || open == null || refused != null) {
      return refused != null;
    }
    BytePointer url = open.url();
    if (url == null || url.isNull() || url.getString(StandardCharsets.UTF_8).equals(input.url())) {
      return false;
    }
    try {
      camera.roots().check(CameraAddress.parse(url.getString(StandardCharsets.UTF_8)));
      return false;
    } catch (IOException | IllegalArgumentException e) {
      refused = "%s redirects: %s".formatted(camera.address(), e.getMessage());
      return true;
    }
  }

  private int readBody(BytePointer buffer, int size) {
    HttpAnswer answer = input.answer();
    if (answer == null || givesUp()) {
      return AVERROR_EXTERNAL;
    }
    long maxGathered = CameraStreams.maxGathered(camera.limits().maxBytes());
    if (gathered > maxGathered) {
      refused =
          "%s sends more than %,d bytes without the end of a picture, of which %,d are allowed"
              .formatted(camera.address(), maxGathered, camera.limits().maxBytes());
      return AVERROR_EXTERNAL;
    }
    try {
      int count = answer.body().read(chunk, 0, Math.min(size, chunk.length));
      if (count < 0) {
        return AVERROR_EOF;
      }
      buffer.put(chunk, 0, count);
      gathered += count;
      return count;
    } catch (IOException e) { // reset, or silent for longer than the time-out
      return AVERROR_EXTERNAL;
    }
  }

  private IOException failure(String what, int code) {
    if (refused != null) {
      return new IOException(refused);
    }
    // SRT still returns a frame before it reports that it gave up, and that renews the deadline.
    if (isLate() || (code == AVERROR_EXIT && !stopped.getAsBoolean())) {
      return new IOException(
          "%s sent no picture within %s".formatted(camera.address(), camera.timeout()));
    }
    byte[] text = new byte[256];
    av_strerror(code, text, text.length);
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return new IOException(
        "%s %s: %s"
            .formatted(camera.address(), what, new String(text, 0, end, StandardCharsets.UTF_8)));
  }

  @Override
  public void close() {
    if (frame != null) {
      av_frame_free(frame);
      frame = null;
    }
    if (packet != null) {
      av_packet_free(packet);
      packet = null;
    }
    if (decoder != null) {
      avcodec_free_context(decoder);
      decoder = null;
    }
    renewDeadline(); // for the farewell of RTSP
    if (context != null) {
      avformat_close_input(context);
      context = null;
    }
    if (body != null) {
      av_free(body.buffer());
      avio_context_free(body);
      body = null;
    }
    if (input.answer() != null) {
      input.answer().close();
    }
    encoder.close();
    OPEN.remove(key);
  }
}
