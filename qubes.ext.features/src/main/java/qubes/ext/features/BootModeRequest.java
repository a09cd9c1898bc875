package qubes.ext.features;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Features;

/**
 * The modes of booting that a qube says it has, all of them at once, and which are to be used (spec
 * qubesdb-services-extensions.md §7.1).
 */
final class BootModeRequest {
    private static final String OPTIONS = "boot-mode.kernelopts.";
    private static final String NAME = "boot-mode.name.";
    private static final String USER = "boot-mode.default-user.";
    private static final String DEFAULT = "default";
    private static final String OF_APPVMS = "boot-mode.appvm-default";
    private static final int MOST = 64;

    private final BaseVM vm;
    private final Map<String, String> asked;

    BootModeRequest(BaseVM vm, Map<String, String> asked) {
        this.vm = vm;
        this.asked = asked;
    }

    void take() {
        Map<String, String> modes = modes();
        if (isAcceptable(modes)) {
            replace(modes);
        }
        choose("boot-mode.active");
        choose("boot-mode.standalone-default");
        if (vm.hasProperty("appvm_default_bootmode")) {
            choose(OF_APPVMS);
        }
    }

    /** Kernel options first: who has none is no mode, and cannot have a name. */
    private Map<String, String> modes() {
        Map<String, String> modes = new LinkedHashMap<>();
        asked.forEach(
                (key, value) ->
                        mode(key, OPTIONS)
                                .filter(mode -> !mode.equals(DEFAULT))
                                .ifPresent(mode -> modes.put(key, value)));
        asked.forEach(
                (key, value) -> {
                    boolean named =
                            mode(key, NAME)
                                    .filter(
                                            mode ->
                                                    mode.equals(DEFAULT)
                                                            || modes.containsKey(OPTIONS + mode))
                                    .isPresent();
                    boolean used =
                            mode(key, USER)
                                    .filter(mode -> modes.containsKey(OPTIONS + mode))
                                    .isPresent();
                    if (named || used) {
                        modes.put(key, value);
                    }
                });
        return modes;
    }

    /** What follows {@code begin}, if it is one word. */
    private static Optional<String> mode(String key, String begin) {
        return Optional.of(key)
                .filter(name -> name.startsWith(begin))
                .map(name -> name.substring(begin.length()))
                .filter(mode -> !mode.isEmpty() && mode.indexOf('.') < 0);
    }

    private boolean isAcceptable(Map<String, String> modes) {
        List<String> shown =
                modes.entrySet().stream()
                        .filter(entry -> !entry.getKey().startsWith(OPTIONS))
                        .map(Map.Entry::getValue)
                        .toList();
        boolean acceptable =
                modes.size() <= MOST && shown.stream().distinct().count() == shown.size();
        if (!acceptable) {
            vm.log().warn("{}: its boot modes are not taken: too many, or two of a name", vm);
        }
        return acceptable && !modes.isEmpty();
    }

    private void replace(Map<String, String> modes) {
        Features features = vm.features();
        for (String old : List.copyOf(features.keySet())) {
            boolean one = old.startsWith(OPTIONS) || old.startsWith(NAME) || old.startsWith(USER);
            if (one && !modes.containsKey(old)) {
                features.delete(old);
            }
        }
        features.update(modes);
    }

    private void choose(String key) {
        String mode = asked.get(key);
        if (mode != null && (mode.equals(DEFAULT) || vm.features().containsKey(OPTIONS + mode))) {
            vm.features().set(key, mode);
        }
    }
}
