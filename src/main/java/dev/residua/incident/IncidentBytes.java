package dev.residua.incident;

import dev.residua.causal.Finding;
import dev.residua.frame.FramePosition;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Incidents and findings in the bytes of a state store. */
final class IncidentBytes {
  private IncidentBytes() {}

  static void write(DataOutputStream out, Incident incident) throws IOException {
    out.writeUTF(incident.id());
    out.writeUTF(incident.source());
    out.writeByte(incident.state().ordinal());
    out.writeByte(incident.severity().ordinal());
    out.writeUTF(incident.kind());
    out.writeUTF(incident.sentence());
    causes(out, incident.causes());
    time(out, incident.openedAt());
    time(out, incident.updatedAt());
    time(out, incident.resolvedAt());
    out.writeLong(incident.openedSequence());
    out.writeLong(incident.updatedSequence());
    out.writeLong(incident.events());
    out.writeInt(incident.flaps());
    out.writeUTF(incident.modelId());
    links(out, incident.links());
  }

  static Incident readIncident(DataInputStream in) throws IOException {
    return new Incident(
        in.readUTF(),
        in.readUTF(),
        Incident.State.values()[in.readByte()],
        Finding.Severity.values()[in.readByte()],
        in.readUTF(),
        in.readUTF(),
        causes(in),
        required(time(in)),
        required(time(in)),
        time(in),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readInt(),
        in.readUTF(),
        links(in));
  }

  static void write(DataOutputStream out, Finding finding) throws IOException {
    out.writeUTF(finding.eventId());
    out.writeUTF(finding.incidentId());
    out.writeUTF(finding.source());
    out.writeLong(finding.firstSequence());
    out.writeLong(finding.lastSequence());
    time(out, finding.firstAt());
    time(out, finding.lastAt());
    out.writeUTF(finding.modelId());
    out.writeUTF(finding.modelDigest());
    out.writeByte(finding.severity().ordinal());
    out.writeUTF(finding.sentence());
    causes(out, finding.causes());
    out.writeInt(finding.readings().size());
    for (Finding.Reading reading : finding.readings()) {
      out.writeUTF(reading.latent());
      out.writeFloat(reading.observed());
      out.writeFloat(reading.expected());
    }
    out.writeUTF(finding.position().topic());
    out.writeInt(finding.position().partition());
    out.writeLong(finding.position().offset());
    links(out, finding.links());
  }

  static Finding readFinding(DataInputStream in) throws IOException {
    String eventId = in.readUTF();
    String incidentId = in.readUTF();
    String source = in.readUTF();
    long first = in.readLong();
    long last = in.readLong();
    Instant firstAt = required(time(in));
    Instant lastAt = required(time(in));
    String modelId = in.readUTF();
    String digest = in.readUTF();
    Finding.Severity severity = Finding.Severity.values()[in.readByte()];
    String sentence = in.readUTF();
    List<Finding.Cause> causes = causes(in);
    List<Finding.Reading> readings = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      readings.add(new Finding.Reading(in.readUTF(), in.readFloat(), in.readFloat()));
    }
    FramePosition position = new FramePosition(in.readUTF(), in.readInt(), in.readLong());
    return new Finding(
        eventId,
        incidentId,
        source,
        first,
        last,
        firstAt,
        lastAt,
        modelId,
        digest,
        severity,
        sentence,
        causes,
        readings,
        position,
        links(in));
  }

  private static void causes(DataOutputStream out, List<Finding.Cause> causes) throws IOException {
    out.writeInt(causes.size());
    for (Finding.Cause cause : causes) {
      out.writeUTF(cause.latent());
      out.writeInt(cause.parents().size());
      for (String parent : cause.parents()) {
        out.writeUTF(parent);
      }
      out.writeDouble(cause.evidence());
      out.writeDouble(cause.pValue());
      out.writeDouble(cause.share());
    }
  }

  private static List<Finding.Cause> causes(DataInputStream in) throws IOException {
    List<Finding.Cause> causes = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      String latent = in.readUTF();
      List<String> parents = new ArrayList<>();
      for (int p = in.readInt(); p > 0; p--) {
        parents.add(in.readUTF());
      }
      causes.add(
          new Finding.Cause(latent, parents, in.readDouble(), in.readDouble(), in.readDouble()));
    }
    return causes;
  }

  private static void links(DataOutputStream out, Map<String, String> links) throws IOException {
    out.writeInt(links.size());
    for (Map.Entry<String, String> link : new TreeMap<>(links).entrySet()) {
      out.writeUTF(link.getKey());
      out.writeUTF(link.getValue());
    }
  }

  private static Map<String, String> links(DataInputStream in) throws IOException {
    Map<String, String> links = new TreeMap<>();
    for (int i = in.readInt(); i > 0; i--) {
      links.put(in.readUTF(), in.readUTF());
    }
    return links;
  }

  private static void time(DataOutputStream out, @Nullable Instant time) throws IOException {
    out.writeBoolean(time != null);
    if (time != null) {
      out.writeLong(time.getEpochSecond());
      out.writeInt(time.getNano());
    }
  }

  private static @Nullable Instant time(DataInputStream in) throws IOException {
    return in.readBoolean() ? Instant.ofEpochSecond(in.readLong(), in.readInt()) : null;
  }

  private static Instant required(@Nullable Instant time) throws IOException {
    if (time == null) {
      throw new IOException("a time is missing");
    }
    return time;
  }
}
