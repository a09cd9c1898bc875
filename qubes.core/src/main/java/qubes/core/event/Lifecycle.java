package qubes.core.event;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import qubes.core.property.PropertyHolder;

/** The events of a domain's life. Handlers run on the thread of the operation and may block. */
public final class Lifecycle {
    private Lifecycle() {}

    /** A new domain is complete in memory; a handler that throws undoes it. */
    public record Init(PropertyHolder subject) implements Event {
        @Override
        public String wireName() {
            return "domain-init";
        }
    }

    /** A domain was read from the store. */
    public record Load(PropertyHolder subject) implements Event {
        @Override
        public String wireName() {
            return "domain-load";
        }
    }

    /** A start begins, before any resource is taken; a handler may refuse. */
    public record PreStart(PropertyHolder subject, boolean startGuid, Optional<Long> memRequired)
            implements PreEvent {
        @Override
        public String wireName() {
            return "domain-pre-start";
        }

        @Override
        public Map<String, Object> arguments() {
            Map<String, Object> arguments = new LinkedHashMap<>();
            arguments.put("start_guid", startGuid);
            arguments.put("mem_required", memRequired);
            return arguments;
        }
    }

    /** Resources are ready, the hypervisor was not asked yet; a handler may refuse. */
    public record PreSpawn(PropertyHolder subject, boolean startGuid) implements PreEvent {
        @Override
        public String wireName() {
            return "domain-pre-spawn";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("start_guid", startGuid);
        }
    }

    /** The guest exists, paused. */
    public record Spawn(PropertyHolder subject, boolean startGuid) implements Event {
        @Override
        public String wireName() {
            return "domain-spawn";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("start_guid", startGuid);
        }
    }

    /** The domain is fully started. */
    public record Started(PropertyHolder subject, boolean startGuid) implements Event {
        @Override
        public String wireName() {
            return "domain-start";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("start_guid", startGuid);
        }
    }

    /** A start failed, at whatever step. */
    public record StartFailed(PropertyHolder subject, String reason) implements Event {
        @Override
        public String wireName() {
            return "domain-start-failed";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("reason", reason);
        }
    }

    /** The guest is about to run on; a handler may refuse. */
    public record PreUnpaused(PropertyHolder subject) implements PreEvent {
        @Override
        public String wireName() {
            return "domain-pre-unpaused";
        }
    }

    /** The guest runs on. */
    public record Unpaused(PropertyHolder subject) implements Event {
        @Override
        public String wireName() {
            return "domain-unpaused";
        }
    }

    /** The guest is about to be paused; a handler may refuse. */
    public record PrePaused(PropertyHolder subject) implements PreEvent {
        @Override
        public String wireName() {
            return "domain-pre-paused";
        }
    }

    /** The hypervisor paused the guest. */
    public record Paused(PropertyHolder subject) implements Event {
        @Override
        public String wireName() {
            return "domain-paused";
        }
    }

    /** The guest woke up from suspension. */
    public record Resumed(PropertyHolder subject) implements Event {
        @Override
        public String wireName() {
            return "domain-resumed";
        }
    }

    /** A shutdown begins; a handler may refuse. */
    public record PreShutdown(PropertyHolder subject, boolean force) implements PreEvent {
        @Override
        public String wireName() {
            return "domain-pre-shutdown";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("force", force);
        }
    }

    /** A shutdown failed after it began. */
    public record ShutdownFailed(PropertyHolder subject, String reason) implements Event {
        @Override
        public String wireName() {
            return "domain-shutdown-failed";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("reason", reason);
        }
    }

    /** The guest is gone; the clean-up phase. */
    public record Stopped(PropertyHolder subject) implements Event {
        @Override
        public String wireName() {
            return "domain-stopped";
        }
    }

    /** The domain is down and cleaned up. */
    public record Shutdown(PropertyHolder subject) implements Event {
        @Override
        public String wireName() {
            return "domain-shutdown";
        }
    }

    /** The volumes of a new domain were made. */
    public record CreateOnDisk(PropertyHolder subject) implements Event {
        @Override
        public String wireName() {
            return "domain-create-on-disk";
        }
    }

    /** The volumes of a removed domain are about to be deleted. */
    public record RemoveFromDisk(PropertyHolder subject) implements Event {
        @Override
        public String wireName() {
            return "domain-remove-from-disk";
        }
    }

    /** The volumes were made as copies of another domain's. */
    public record CloneFiles(PropertyHolder subject, PropertyHolder src) implements Event {
        @Override
        public String wireName() {
            return "domain-clone-files";
        }

        @Override
        public Map<String, Object> arguments() {
            return Map.of("src", src);
        }
    }

    /** The volumes were verified before a start; a handler that throws stops the start. */
    public record VerifyFiles(PropertyHolder subject) implements Event {
        @Override
        public String wireName() {
            return "domain-verify-files";
        }
    }

    /** A volume was imported from another one. */
    public record ImportVolume(PropertyHolder subject, String name, String source)
            implements Event {
        @Override
        public String wireName() {
            return "domain-import-volume";
        }

        @Override
        public Map<String, Object> arguments() {
            Map<String, Object> arguments = new LinkedHashMap<>();
            arguments.put("name", name);
            arguments.put("source", source);
            return arguments;
        }
    }

    /** The import of data into a volume begins. */
    public record VolumeImportBegin(PropertyHolder subject, String volume, long size)
            implements Event {
        @Override
        public String wireName() {
            return "domain-volume-import-begin";
        }

        @Override
        public Map<String, Object> arguments() {
            Map<String, Object> arguments = new LinkedHashMap<>();
            arguments.put("volume", volume);
            arguments.put("size", size);
            return arguments;
        }
    }

    /** The import of data into a volume ended. */
    public record VolumeImportEnd(PropertyHolder subject, String volume, boolean success)
            implements Event {
        @Override
        public String wireName() {
            return "domain-volume-import-end";
        }

        @Override
        public Map<String, Object> arguments() {
            Map<String, Object> arguments = new LinkedHashMap<>();
            arguments.put("volume", volume);
            arguments.put("success", success);
            return arguments;
        }
    }
}
