package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A tag that says on a domain whom one of its properties refers to, default included: {@code
 * guivm-sys-gui} for {@code guivm}. Extensions keep it in step (spec qubesdb-services-extensions.md
 * §5). A domain whose name has a dot is not told of: a tag can hold none.
 *
 * @param property the property's name; the tags begin with it and a hyphen
 */
public record ReferenceTags(String property) {
    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9_-]+");

    /**
     * {@return the tag that the domain should have now; absent if the property refers to none}
     *
     * @param vm the domain that has the reference
     */
    public Optional<String> wanted(BaseVM vm) {
        return vm.reference(property)
                .map(BaseVM::subjectName)
                .filter(name -> LEGAL.matcher(name).matches())
                .map(name -> prefix() + name);
    }

    /**
     * {@return true if the property refers to nobody, or the tag for it is there}
     *
     * @param vm the domain that has the reference
     */
    public boolean isThere(BaseVM vm) {
        return wanted(vm).map(vm.tags()::contains).orElse(true);
    }

    /**
     * Adds the tag if it is not there.
     *
     * @param vm the domain that has the reference
     */
    public void add(BaseVM vm) {
        wanted(vm).ifPresent(vm.tags()::add);
    }

    /**
     * Removes what is said of others, and adds the tag if it is not there.
     *
     * @param vm the domain that has the reference
     */
    public void follow(BaseVM vm) {
        Optional<String> wanted = wanted(vm);
        drop(vm, wanted);
        wanted.ifPresent(vm.tags()::add);
    }

    /**
     * Removes all that is said, the truth too, and adds the tag anew.
     *
     * @param vm the domain that has the reference
     */
    public void renew(BaseVM vm) {
        drop(vm, Optional.empty());
        add(vm);
    }

    private void drop(BaseVM vm, Optional<String> but) {
        for (String tag : List.copyOf(vm.tags())) {
            if (tag.startsWith(prefix()) && !but.equals(Optional.of(tag))) {
                vm.tags().discard(tag);
            }
        }
    }

    private String prefix() {
        return property + "-";
    }
}
