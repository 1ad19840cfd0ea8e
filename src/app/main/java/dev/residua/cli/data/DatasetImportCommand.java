package dev.residua.cli.data;

import dev.residua.causal.TimeVariable;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ProgressBar;
import dev.residua.cli.console.SettingOptions;
import dev.residua.cli.console.SizeConverter;
import dev.residua.dataset.DatasetWriter;
import dev.residua.decoding.SampleRange;
import dev.residua.detail.TilePatterns;
import dev.residua.ffmpeg.VideoFrames;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.importing.DatasetImport;
import dev.residua.importing.ImportSettings;
import dev.residua.importing.RangeChoice;
import dev.residua.importing.TimeColumns;
import dev.residua.source.SourceRule;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code dataset import}: makes a data set from a user's own images. */
@Command(
    name = "import",
    description = {
      "Makes a data set from your own images.",
      "Images of other sizes are scaled to --size. --region, --rotation, --mask and --aspect say what"
          + " of them is read; give the same to the rule of the source."
          + " Labels have one row per image, or name the image of each row in a column 'file'; images"
          + " without a row are kept without labels. Columns of numbers become factors. If images lie"
          + " in several folders, the column 'folder' names the folder of each.",
      "If every frame has a time (of the video, in its name such as 20261130_221907.jpg, or in a"
          + " column 'residua.time' of the labels), the set keeps it."
    })
final class DatasetImportCommand extends JsonCommand {
  private static final int SHOWN_FOLDERS = 10;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR|LIST.txt|FILE.npy|VIDEO",
      description =
          "Folder of images, with all folders in it; text file with the path of one image per line,"
              + " relative to the file; uint8 array [n, height, width, channels] or [n, height,"
              + " width]; or a video, with --every.")
  String images;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "Labels of the images: CSV with commas, semicolons or tabs and a header line, or JSON with"
              + " one object per line. Cells may be empty.")
  @Nullable Path labels;

  @Option(
      names = "--factors",
      split = ",",
      paramLabel = "NAME",
      description =
          "Columns that become factors. Default: all columns of numbers, but those that count the"
              + " rows.",
      showDefaultValue = Help.Visibility.NEVER)
  @Nullable List<String> factors;

  @Option(
      names = "--range",
      paramLabel = "LOW..HIGH|auto",
      description =
          "Samples of 16-bit images (PNG, gray TIFF) that become black and white, such as 0..4095 for"
              + " a camera of 12 bits. auto looks at some images. Default: 0..65535.",
      showDefaultValue = Help.Visibility.NEVER)
  @Nullable String range;

  @Option(
      names = "--every",
      paramLabel = "TIME",
      description = "Time between two pictures of a video, such as 0.5s.",
      showDefaultValue = Help.Visibility.NEVER)
  @Nullable String every;

  @Option(
      names = "--variables",
      split = ",",
      paramLabel = "NAME",
      description =
          "Variables that follow from the time of each frame: sun.elevation and sun.azimuth need"
              + " --location, clock.hour and clock.weekday --time-zone.",
      showDefaultValue = Help.Visibility.NEVER)
  List<String> variables = List.of();

  /** Place of the camera and part of each image that is read, as in the rule of a source. */
  private final SettingOptions rule =
      new SettingOptions(
          SourceRule.SETTINGS.fields(
              Set.of("region", "rotation", "mask", "aspect", "location", "timeZone")));

  @Spec
  void options(CommandSpec command) {
    rule.addTo(command);
  }

  @Option(
      names = "--preview",
      paramLabel = "FILE.png",
      description = "Writes a picture that shows what is read.",
      showDefaultValue = Help.Visibility.NEVER)
  @Nullable Path preview;

  @Option(
      names = "--details",
      paramLabel = "N|WxH",
      description =
          "Also keep a gray picture of each image at this size, for defects that --size is too small"
              + " to show: sides are multiples of 8, with at most 512x512 pixels. See src/docs/"
              + "details.md.",
      showDefaultValue = Help.Visibility.NEVER)
  @Nullable String details;

  @Mixin NewDataset target = new NewDataset();

  @Override
  public Integer call() throws IOException {
    DatasetWriter.checkTarget(target.out, target.force); // before a video is read
    SourceRule place = rule.rule();
    TimeColumns timed = timeColumns(place);
    ImportSettings settings =
        new ImportSettings(
            FrameLimits.DEFAULTS,
            target.size,
            details == null ? null : detailShape(details),
            target.force,
            place.geometry(),
            preview,
            factors,
            range == null ? RangeChoice.FULL : RangeChoice.parse(range),
            timed);
    DatasetImport.Result result = every == null ? pictures(settings) : video(settings, every);
    print(
        Json.map(
            "out", target.out.toString(),
            "frames", result.frames(),
            "labelled", result.labelled(),
            "labelKind", result.labelKind(),
            "decimalCommas", result.decimalCommas(),
            "folders", result.folders(),
            "shape", target.size.toString(),
            "factors", result.factors(),
            "counters", result.counters(),
            "otherColumns", result.otherColumns(),
            "leftOut", result.leftOut().counts(),
            "sequence", result.times().isSequence(),
            "stepSeconds", result.times().isSequence() ? result.times().stepSeconds() : null,
            "runs", result.times().runs().size(),
            "withTime", result.withTime(),
            "masked", result.masked(),
            "variables", timed.variables().stream().map(TimeVariable::variable).toList(),
            "range", result.range() == null ? null : result.range().toString(),
            "advice", result.advice(),
            "sha256", result.sha256()),
        () -> lines(result, timed).forEach(line -> print("%s", line)));
    return 0;
  }

  private static ImageShape detailShape(String text) {
    try {
      ImageShape size = new SizeConverter().convert(text);
      ImageShape gray = new ImageShape(size.width(), size.height(), 1);
      TilePatterns.checkShape(gray);
      return gray;
    } catch (IllegalArgumentException | TypeConversionException e) {
      throw new CommandFailedException("--details: " + e.getMessage(), e);
    }
  }

  private DatasetImport.Result pictures(ImportSettings settings) throws IOException {
    try (ProgressBar bar = new ProgressBar("importing images")) {
      return new DatasetImport(settings).run(images, labels, target.out, bar::update);
    }
  }

  private DatasetImport.Result video(ImportSettings settings, String interval) throws IOException {
    Path video = Path.of(images);
    if (!VideoFrames.isVideo(video)) {
      throw new CommandFailedException(
          "--every is for a video, and %s is none; leave it out".formatted(images));
    }
    try (ProgressBar reading = new ProgressBar("reading the video");
        VideoFrames frames =
            VideoFrames.open(
                video, interval(interval), settings.limits(), pictures -> reading.update(0));
        ProgressBar bar = new ProgressBar("importing pictures")) {
      return new DatasetImport(settings).run(frames, labels, target.out, bar::update);
    }
  }

  private static Duration interval(String text) {
    String number = text.strip().endsWith("s") ? text.strip().replace("s", "") : text.strip();
    try {
      double seconds = Double.parseDouble(number);
      if (seconds >= 0.001 && seconds <= 3600) {
        return Duration.ofNanos(Math.round(1e9 * seconds));
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw new CommandFailedException(
        "--every was '%s'; expected seconds from 0.001 to 3600, such as 0.5s".formatted(text));
  }

  private TimeColumns timeColumns(SourceRule place) {
    try {
      return TimeColumns.of(variables, place.location(), place.timeZone());
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("--variables: " + e.getMessage(), e);
    }
  }

  private List<String> lines(DatasetImport.Result result, TimeColumns timed) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s: %d frames of %s, %s"
            .formatted(
                target.out,
                result.frames(),
                target.size,
                result.factors().isEmpty()
                    ? "no factors"
                    : "factors " + String.join(", ", result.factors())));
    lines.add(
        result.times().isEmpty() && result.withTime() > 0
            ? "frames are independent: only %,d of %,d names have a time, so no time is used"
                .formatted(result.withTime(), result.frames())
            : result.times().sentence());
    lines.addAll(timed.ranges(result.times()));
    if (result.labelKind() != null) {
      int without = result.frames() - result.labelled();
      lines.add(
          "labels (%s): %d frames have a row%s"
              .formatted(
                  result.labelKind(),
                  result.labelled(),
                  without == 0
                      ? ""
                      : ", %d have none and are kept without labels".formatted(without)));
    }
    if (!result.decimalCommas().isEmpty()) {
      lines.add("read with decimal commas: " + String.join(", ", result.decimalCommas()));
    }
    if (!result.folders().isEmpty()) {
      lines.add("the column 'folder' holds the folder of each image: " + folders(result.folders()));
    }
    if (!result.counters().isEmpty()) {
      List<String> all = new ArrayList<>(result.factors());
      all.addAll(result.counters());
      lines.add(
          "kept but no factors, since they count the rows: %s; to include them give --factors %s"
              .formatted(String.join(", ", result.counters()), String.join(",", all)));
    }
    if (!result.otherColumns().isEmpty()) {
      lines.add(
          "kept but no factors, since they %s: %s"
              .formatted(
                  factors == null ? "do not hold numbers" : "are not in --factors",
                  String.join(", ", result.otherColumns())));
    }
    if (result.leftOut().total() > 0) {
      lines.add(
          "%d other files were left out: %s"
              .formatted(result.leftOut().total(), result.leftOut().text()));
    }
    if (result.masked() > 0) {
      lines.add("%.1f %% of each frame is masked".formatted(100 * result.masked()));
    }
    if (details != null) {
      lines.add("detail pictures of " + details + " are kept; train finds small defects with them");
    }
    if (preview != null) {
      lines.add("part that is read:" + preview);
    }
    if (result.range() != null) {
      lines.add(
          "samples of 16 bits: %1$s become black to white; --range %1$s repeats it, and frames on Kafka bring the attribute %2$s=%1$s"
              .formatted(result.range(), SampleRange.ATTRIBUTE));
    }
    result.advice().forEach(advice -> lines.add("note: " + advice.sentence()));
    return lines;
  }

  private static String folders(Map<String, Integer> folders) {
    String text =
        folders.entrySet().stream()
            .limit(SHOWN_FOLDERS)
            .map(
                entry ->
                    "%s (%d)"
                        .formatted(
                            entry.getKey().isEmpty() ? "none" : entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    int more = folders.size() - SHOWN_FOLDERS;
    return more > 0 ? text + " and %d more".formatted(more) : text;
  }
}
