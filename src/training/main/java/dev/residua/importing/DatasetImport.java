package dev.residua.importing;

import dev.residua.dataset.DatasetWriter;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.FrameTimes;
import dev.residua.dataset.ImportHint;
import dev.residua.dataset.PictureSurvey;
import dev.residua.decoding.FrameDecoder;
import dev.residua.decoding.SampleRange;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.ImageShape;
import dev.residua.frame.NaturalOrder;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Makes a data set of a user's own images, scaled to one size by {@link FrameDecoder}. */
public final class DatasetImport {
  /** Column with the folder of each picture, if there are several folders. */
  static final String FOLDER_COLUMN = "folder";

  private final ImportSettings settings;

  public DatasetImport(ImportSettings settings) {
    this.settings = settings;
  }

  /**
   * The result of an import.
   *
   * @param frames number of frames
   * @param labelled number of frames with a row in the labels; 0 without labels
   * @param labelKind format of the labels, such as {@code CSV}; null without labels
   * @param decimalCommas columns whose decimal commas were read as points
   * @param folders pictures by folder, if the folder became the column {@code folder}
   * @param factors columns of numbers that may anchor a model
   * @param counters columns that look like a counter and are not factors
   * @param otherColumns other columns that were kept and are not factors
   * @param leftOut files that are not images by their names
   * @param times of the frames; {@link FrameTimes#NONE} if not all frames have one
   * @param withTime number of frames that have a time
   * @param masked share of the frames that is masked, in [0, 1)
   * @param range samples of 16 bits that became black and white; null for all samples
   * @param advice on the set before training, most important first
   * @param sha256 of the set
   */
  public record Result(
      int frames,
      int labelled,
      @Nullable String labelKind,
      List<String> decimalCommas,
      Map<String, Integer> folders,
      List<String> factors,
      List<String> counters,
      List<String> otherColumns,
      SkippedImages leftOut,
      FrameTimes times,
      int withTime,
      double masked,
      @Nullable SampleRange range,
      List<ImportHint> advice,
      String sha256) {}

  /**
   * Imports frames.
   *
   * @param images a folder of pictures, in the natural order of their names; a list of pictures
   *     ({@code .txt}), in its order; or a uint8 {@code .npy} file of shape {@code [n, height,
   *     width, channels]} (1, 3 or 4 channels) or {@code [n, height, width]}
   * @param labels CSV, TSV or JSON lines with one row per image, or a column {@code file} that
   *     names the image of each row; or null
   * @param out folder to make
   * @param progress receives the completed share, in [0, 1]
   * @throws UnreadableImagesException if images are missing or damaged; no files are left
   * @throws IOException if the input has any other error; the message says what to do
   */
  public Result run(String images, @Nullable Path labels, Path out, DoubleConsumer progress)
      throws IOException {
    try (NamedFrames frames = FramesInput.open(images, settings.limits())) {
      return run(frames, labels, out, progress);
    }
  }

  /** Imports frames that are open already; the caller closes them. */
  public Result run(NamedFrames frames, @Nullable Path labels, Path out, DoubleConsumer progress)
      throws IOException {
    LabelFile file = labels == null ? null : LabelFile.read(labels);
    LabelRows rows =
        labels == null || file == null ? null : LabelRows.match(file.table(), labels, frames);
    if (rows == null && settings.factors() != null) {
      throw new IOException("factors are columns of labels; give the labels too");
    }
    return write(frames, file, rows, labels, out, progress);
  }

  private Result write(
      NamedFrames frames,
      @Nullable LabelFile file,
      @Nullable LabelRows rows,
      @Nullable Path labels,
      Path out,
      DoubleConsumer progress)
      throws IOException {
    ImportColumns roles =
        rows == null ? ImportColumns.NONE : ImportColumns.of(rows, settings.factors());
    List<String> labelColumns = rows == null ? List.of() : rows.columns(frames.isNamed());
    Map<String, Integer> folders =
        labelColumns.contains(FOLDER_COLUMN) ? Map.of() : folders(frames);
    List<String> columns = new ArrayList<>();
    if (frames.isNamed()) {
      columns.add(FrameDataset.FILE_COLUMN);
    }
    if (!folders.isEmpty()) {
      columns.add(FOLDER_COLUMN);
    }
    ImportTimes times = ImportTimes.of(frames, rows);
    if (!times.times().isEmpty() && !labelColumns.contains(FrameDataset.TIME_COLUMN)) {
      columns.add(FrameDataset.TIME_COLUMN);
    }
    columns.addAll(labelColumns);
    settings.variables().check(times.times(), times.known(), labelColumns);
    columns.addAll(settings.variables().columns());
    SurveyedRange surveyed = SurveyedRange.of(frames, settings.limits(), settings.range());
    SampleRange range = surveyed.range();
    Map<String, Object> provenance = new LinkedHashMap<>();
    provenance.put("importedFrom", frames.origin());
    if (labels != null) {
      provenance.put("labels", labels.toString());
    }
    FrameGeometry geometry = settings.geometry();
    if (!geometry.equals(FrameGeometry.WHOLE)) {
      provenance.put("region", geometry.region().toString());
      provenance.put("rotation", geometry.rotation());
      provenance.put("mask", FrameGeometry.maskText(geometry.mask()));
      provenance.put("aspect", geometry.aspect().toString());
    }
    if (range != null) {
      provenance.put("range", range.toString());
    }
    String name = String.valueOf(out.toAbsolutePath().normalize().getFileName());
    ImageShape details = settings.details();
    FrameDecoder decoder = new FrameDecoder(settings.limits(), settings.shape(), details);
    byte[] pixels = new byte[settings.shape().size()];
    PictureSurvey pictures = new PictureSurvey(settings.shape());
    PreviewSheet sheet =
        settings.preview() == null
            ? null
            : new PreviewSheet(settings.limits(), settings.shape(), geometry, frames.count());
    PixelMask masked = PixelMask.NONE;
    PixelMask detailsMasked = PixelMask.NONE;
    UnreadableImages bad = new UnreadableImages();
    try (DatasetWriter writer =
        new DatasetWriter(
            out,
            settings.shape(),
            columns,
            new DatasetWriter.Description(name, roles.factors(), null, provenance),
            false,
            settings.replace())) {
      for (int i = 0; i < frames.count(); i++) {
        PixelMask mask = PixelMask.NONE;
        try {
          Frame frame = ranged(frames.frame(i), range);
          mask = decoder.decode(frame, geometry, pixels, 0);
          masked = masked.union(mask);
          detailsMasked = detailsMasked.union(decoder.detailMask());
          if (sheet != null && bad.isEmpty()) {
            sheet.add(frame, pixels, mask);
          }
        } catch (RejectedFrameException | IOException e) {
          bad.add(frames.name(i) + ": " + e.getMessage());
        }
        if (bad.isEmpty()) {
          writer.write(pixels, 0, cells(i, frames, columns, rows, times.times()));
          if (details != null) {
            writer.details(decoder.details(), details);
          }
          pictures.add(pixels, 0, mask);
        }
        progress.accept((i + 1.0) / frames.count());
      }
      if (!bad.isEmpty()) {
        throw bad.exception(frames.count());
      }
      writer.mask(masked);
      if (details != null) {
        writer.detailMask(detailsMasked, details);
      }
      if (sheet != null && settings.preview() != null) {
        Files.write(settings.preview(), sheet.png());
      }
      ImageShape shape = settings.shape();
      return new Result(
          frames.count(),
          rows == null ? 0 : rows.labelled(),
          file == null ? null : file.kind(),
          file == null ? List.of() : file.decimalCommas(),
          folders,
          roles.factors(),
          roles.counters(),
          roles.others(),
          frames.leftOut(),
          times.times(),
          times.known(),
          (double) masked.count() / (shape.width() * shape.height()),
          range,
          ImportAdvice.of(pictures, surveyed, roles.factors(), rows, folders, frames),
          writer.finish());
    }
  }

  /** The frame as a producer sends it: the range is an attribute. */
  private static Frame ranged(Frame frame, @Nullable SampleRange range) {
    return range == null
        ? frame
        : frame.with(frame.data(), Map.of(SampleRange.ATTRIBUTE, range.toString()));
  }

  /** Pictures by their folder; empty if all lie in one. */
  private static Map<String, Integer> folders(NamedFrames frames) {
    Map<String, Integer> counts = new TreeMap<>(new NaturalOrder());
    for (int i = 0; i < frames.count(); i++) {
      counts.merge(folder(frames.name(i)), 1, Integer::sum);
    }
    return counts.size() > 1 ? counts : Map.of();
  }

  static String folder(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('/')));
  }

  private List<@Nullable String> cells(
      int frame,
      NamedFrames frames,
      List<String> columns,
      @Nullable LabelRows rows,
      FrameTimes times) {
    @Nullable String[] cells = new String[columns.size()];
    for (int c = 0; c < cells.length; c++) {
      String column = columns.get(c);
      if (column.equals(FrameDataset.FILE_COLUMN) && frames.isNamed()) {
        cells[c] = frames.name(frame);
      } else if (column.equals(FrameDataset.TIME_COLUMN)) {
        cells[c] = times.cell(frame);
      } else if (rows != null && rows.table().has(column)) {
        cells[c] = rows.text(frame, column);
      } else if (column.equals(FOLDER_COLUMN)) {
        cells[c] = folder(frames.name(frame));
      } else {
        cells[c] = settings.variables().cell(column, times.seconds()[frame]);
      }
    }
    return Arrays.asList(cells);
  }
}
