package qubes.itest.faulty;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.property.PropertyTable;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.PoolDriverName;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;

/** A driver of pools whose volumes hold nothing. */
@Component
@PoolDriverName(driver = "faulty")
public final class FaultyDriver implements PoolDriver {
    @Activate
    public FaultyDriver() {}

    @Override
    public String driverName() {
        Fault.at("driverName");
        return "faulty";
    }

    @Override
    public PropertyTable config() {
        Fault.at("config");
        return PropertyTable.of();
    }

    @Override
    public Pool open(PoolConfig config) {
        Fault.at("open");
        return new FaultyPool(config.poolName());
    }

    private record FaultyPool(String name) implements Pool {
        @Override
        public Set<PoolCapability> capabilities() {
            return Set.of();
        }

        @Override
        public void setup() {
            Fault.at("setup");
        }

        @Override
        public String newVid(VolumeOwner owner, String volume) {
            Fault.at("newVid");
            return "vid";
        }

        @Override
        public Volume volume(VolumeSpec spec) {
            Fault.at("volume");
            return new FaultyVolume(spec);
        }

        @Override
        public List<String> list() {
            return List.of();
        }

        @Override
        public OptionalLong sizeBytes() {
            Fault.at("sizeBytes");
            return OptionalLong.empty();
        }

        @Override
        public OptionalLong usageBytes() {
            return OptionalLong.empty();
        }

        @Override
        public void close() {
            Fault.at("close");
        }
    }
}
