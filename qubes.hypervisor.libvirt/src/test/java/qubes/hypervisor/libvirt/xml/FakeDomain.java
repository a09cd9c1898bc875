package qubes.hypervisor.libvirt.xml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qubes.core.state.AssignmentRecord;

/** A domain without a core around it. Features are found by any chain. */
final class FakeDomain implements DomainFacts {
    private final String name;
    private final Map<String, @Nullable Object> properties = new HashMap<>();
    private final Map<String, String> features = new HashMap<>();
    private final List<AssignmentRecord> assignments = new ArrayList<>();
    private final Map<String, FakeDomain> others = new HashMap<>();
    private boolean running;

    FakeDomain(String name) {
        this.name = name;
        // what every qube has, at its default
        for (String property :
                List.of("netvm", "audiovm", "guivm", "stubdom_mem", "ip6", "kernel")) {
            properties.put(property, null);
        }
        properties.put("debug", false);
        properties.put("xid", -1);
    }

    FakeDomain property(String key, @Nullable Object value) {
        properties.put(key, value);
        return this;
    }

    FakeDomain feature(String key, String value) {
        features.put(key, value);
        return this;
    }

    FakeDomain knows(FakeDomain other) {
        others.put(other.name, other);
        return this;
    }

    FakeDomain runs() {
        running = true;
        return this;
    }

    FakeDomain device(
            String deviceClass, String backend, String port, Map<String, String> options) {
        assignments.add(
                new AssignmentRecord(
                        deviceClass,
                        Map.of("backend-domain", backend, "id", port, "mode", "required"),
                        options));
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean hasProperty(String key) {
        return properties.containsKey(key);
    }

    @Override
    public @Nullable Object property(String key) {
        return properties.get(key);
    }

    @Override
    public Optional<String> feature(String key, Chain chain) {
        return Optional.ofNullable(features.get(key));
    }

    @Override
    public List<AssignmentRecord> assignments() {
        return assignments;
    }

    @Override
    public Optional<DomainFacts> domain(String key) {
        return Optional.ofNullable(others.get(key));
    }

    @Override
    public @Nullable Object global(String key) {
        return null;
    }

    @Override
    public boolean running() {
        return running || admin();
    }

    @Override
    public boolean paused() {
        return false;
    }

    @Override
    public boolean admin() {
        return name.equals("dom0");
    }
}
