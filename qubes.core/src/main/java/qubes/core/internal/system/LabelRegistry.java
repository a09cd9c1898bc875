package qubes.core.internal.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesInvalidLabelError;
import qubes.core.error.QubesInvalidLabelValueError;
import qubes.core.error.QubesLabelInUseError;
import qubes.core.error.QubesLabelNotFoundError;
import qubes.core.error.Repr;
import qubes.core.value.Label;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Labels;

/** The labels, in the model. */
final class LabelRegistry implements Labels {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final Pattern REFERENCE = Pattern.compile("label-[0-9]{1,9}");
    private static final Pattern INDEX = Pattern.compile("\\s*\\+?[0-9]{1,9}\\s*");
    private static final Pattern COLOR = Pattern.compile("0x[0-9a-fA-F]{6}");

    private final Model model;

    LabelRegistry(Model model) {
        this.model = model;
    }

    @Override
    public List<Label> list() {
        return model.state().labels();
    }

    @Override
    public Optional<Label> find(String name) {
        return model.state().label(name);
    }

    @Override
    public Label resolve(String text) {
        Optional<Label> found =
                REFERENCE.matcher(text).matches()
                        ? at(text.substring("label-".length()))
                        : find(text).or(() -> at(text));
        return found.orElseThrow(() -> new QubesLabelNotFoundError(text));
    }

    /** By an index written as any integer may be: {@code 3}, {@code 03}. */
    private Optional<Label> at(String text) {
        if (!INDEX.matcher(text).matches()) {
            return Optional.empty();
        }
        int index = Integer.parseInt(text.strip());
        return list().stream().filter(label -> label.index() == index).findFirst();
    }

    @Override
    public Label add(String name, String color) {
        if (!NAME.matcher(name).matches()) {
            throw new QubesInvalidLabelError("Label must be in safe set: letters, digits, -_.");
        }
        if (DIGITS.matcher(name).matches()) {
            throw new QubesInvalidLabelError("Label must not be a digit");
        }
        if (!COLOR.matcher(color).matches()) {
            throw new QubesInvalidLabelValueError(
                    "Label value must be 0x and six hexadecimal digits");
        }
        Label[] added = new Label[1];
        model.write(
                () -> {
                    if (find(name).isPresent()) {
                        throw inUse(name);
                    }
                    int index = list().stream().mapToInt(Label::index).max().orElse(0);
                    added[0] = new Label(Math.max(Label.LAST_BUILT_IN, index) + 1, color, name);
                    List<Label> all = new ArrayList<>(list());
                    all.add(added[0]);
                    model.update(state -> state.withLabels(all));
                });
        return added[0];
    }

    @Override
    public void remove(Label label) {
        if (label.index() <= Label.LAST_BUILT_IN) {
            throw new ProtocolError("Can only remove custom labels");
        }
        model.write(
                () -> {
                    if (!model.state().holding(BaseVM.LABEL.name(), label.name()).isEmpty()) {
                        throw inUse(label.name());
                    }
                    List<Label> all = new ArrayList<>(list());
                    all.remove(label);
                    model.update(state -> state.withLabels(all));
                });
    }

    private static QubesLabelInUseError inUse(String name) {
        return new QubesLabelInUseError("Label is still in use: " + Repr.quote(name));
    }
}
