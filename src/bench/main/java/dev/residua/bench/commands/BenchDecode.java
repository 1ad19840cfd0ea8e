package dev.residua.bench.commands;

import dev.residua.app.process.StartFailedException;
import dev.residua.bench.CameraImage;
import dev.residua.bench.DecodeBenchmark;
import dev.residua.bench.DecodeBenchmark.Row;
import dev.residua.bench.PythonScript;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.cli.console.SizeConverter;
import dev.residua.frame.ImageShape;
import dev.residua.frame.RejectedFrameException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench decode}: the cost of decoding frames. */
@Command(
    name = "decode",
    description = {
      "Milliseconds of processor time from a file to the pixels that a model reads, and how far they"
          + " are from those of full decoding.",
      "Next to it in the same run: the reader of the JDK, which decodes all pixels, and, taking turns,"
          + " OpenCV in Python if python3-opencv is installed.",
      "JPEG files have quality 85."
    })
final class BenchDecode extends BenchmarkCommand {
  @Option(
      names = "--image",
      split = ",",
      paramLabel = "FORMAT:SIZE",
      converter = CameraImageConverter.class,
      defaultValue = "jpeg:1920x1080,jpeg:1280x720,jpeg:640x480,png:1920x1080,rgb8:1920x1080",
      description =
          "Pictures; formats are jpeg, png and rgb8 (raw pixels), sides 1 to 9999 pixels.")
  List<CameraImage> images = new ArrayList<>();

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      defaultValue = "64x64x3",
      description = "Size that the model reads, with three channels.")
  ImageShape size;

  @Option(
      names = "--details",
      paramLabel = "N|WxH",
      converter = SizeConverter.class,
      description = "Size of the gray detail picture that our decoder also gives. Default: none.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable ImageShape details;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "200",
      description = "Number of frames in each of five rounds, at least 1.")
  int frames;

  @Option(
      names = "--python",
      paramLabel = "FILE",
      description = "Interpreter (default: /usr/bin/python3, else the first on the path).")
  @Nullable Path python;

  @Override
  Map<String, Object> measure(Path folder)
      throws IOException, RejectedFrameException, StartFailedException, InterruptedException {
    if (frames < 1 || size.channels() != 3) {
      throw new CommandFailedException(
          "--frames must be at least 1, and --size must have three channels");
    }
    Map<String, Object> environment = environment();
    Optional<PythonScript> openCv = Optional.empty();
    try {
      openCv = Optional.of(PythonScript.find("decode.py", Optional.ofNullable(python)));
    } catch (StartFailedException e) {
      report("without OpenCV: " + e.getMessage());
      environment.put("openCv", String.valueOf(e.getMessage()));
    }
    DecodeBenchmark benchmark =
        new DecodeBenchmark(
            size,
            details == null ? null : new ImageShape(details.width(), details.height(), 1),
            frames,
            openCv);
    List<Map<String, Object>> rows = new ArrayList<>();
    try (ProgressBar progress = new ProgressBar("bench decode")) {
      for (CameraImage image : images) {
        rows.add(row(benchmark.run(image, folder)));
        progress.update(rows.size() / (double) images.size());
      }
    }
    return Json.map(
        "benchmark",
        "decode",
        "size",
        size.toString(),
        "results",
        rows,
        "environment",
        environment);
  }

  private static Map<String, Object> row(Row row) {
    Map<String, Object> map =
        Json.map(
            "image", row.image().toString(),
            "bytes", row.bytes(),
            "millisPerFrame", row.millis(),
            "framesPerCpuSecond", 1e3 / row.millis(),
            "differenceToFullDecoding", row.difference());
    if (!Double.isNaN(row.jdkMillis())) {
      map.put("jdkMillisPerFrame", row.jdkMillis());
      map.put("timesTheRateOfTheJdk", row.jdkMillis() / row.millis());
    }
    row.openCv()
        .ifPresent(
            theirs -> {
              map.put("openCv", theirs);
              map.put("ratioToOpenCv", row.ratioToOpenCv());
            });
    return map;
  }
}
