package qubes.testkit.catches;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestListener;
import qubes.core.hypervisor.Hypervisor;
import qubes.testkit.catches.DelegatingHypervisor.Silent;
import qubes.testkit.catches.DelegatingHypervisor.Tried;

/** Hypervisors that are wrong on purpose in what they tell listeners, one thing each. */
final class WrongListening {
    private WrongListening() {}

    /** Hears of everything, and passes it on as a subclass says. */
    private abstract static class Passing implements GuestListener {
        abstract void pass(Guest guest, Consumer<GuestListener> what);

        @Override
        public void stopped(Guest guest) {
            pass(guest, listener -> listener.stopped(guest));
        }

        @Override
        public void paused(Guest guest) {
            pass(guest, listener -> listener.paused(guest));
        }

        @Override
        public void resumed(Guest guest) {
            pass(guest, listener -> listener.resumed(guest));
        }
    }

    static final class TellsNobodyOfAnEnd extends Silent {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public AutoCloseable listen(GuestListener listener) {
                    return super.listen(
                            new Passing() {
                                @Override
                                void pass(Guest guest, Consumer<GuestListener> what) {
                                    what.accept(listener);
                                }

                                @Override
                                public void stopped(Guest guest) {}
                            });
                }
            };
        }
    }

    static final class TellsWhoLeft extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public AutoCloseable listen(GuestListener listener) {
                    super.listen(listener);
                    return () -> {};
                }
            };
        }
    }

    static final class StopsAtWhoFails extends Silent {
        @Override
        Hypervisor wrong(Hypervisor right) {
            List<GuestListener> listeners = new CopyOnWriteArrayList<>();
            right.listen(
                    new Passing() {
                        @Override
                        void pass(Guest guest, Consumer<GuestListener> what) {
                            listeners.forEach(what);
                        }
                    });
            return told(right, listeners);
        }
    }

    static final class FallsSilentAfterAFailure extends Silent {
        @Override
        Hypervisor wrong(Hypervisor right) {
            List<GuestListener> listeners = new CopyOnWriteArrayList<>();
            right.listen(
                    new Passing() {
                        @Override
                        void pass(Guest guest, Consumer<GuestListener> what) {
                            boolean failed = false;
                            for (GuestListener listener : listeners) {
                                try {
                                    what.accept(listener);
                                } catch (IllegalStateException e) {
                                    failed = true;
                                }
                            }
                            if (failed) {
                                listeners.clear();
                            }
                        }
                    });
            return told(right, listeners);
        }
    }

    static final class ForgetsAGuestWhenOneFails extends Tried {
        @Override
        Hypervisor wrong(Hypervisor right) {
            return new DelegatingHypervisor(right) {
                @Override
                public AutoCloseable listen(GuestListener listener) {
                    return super.listen(
                            new Passing() {
                                @Override
                                void pass(Guest guest, Consumer<GuestListener> what) {
                                    try {
                                        what.accept(listener);
                                    } catch (IllegalStateException e) {
                                        undefine(guest.uuid());
                                    }
                                }
                            });
                }
            };
        }
    }

    private static Hypervisor told(Hypervisor right, List<GuestListener> listeners) {
        return new DelegatingHypervisor(right) {
            @Override
            public AutoCloseable listen(GuestListener listener) {
                listeners.add(listener);
                return () -> listeners.remove(listener);
            }
        };
    }
}
