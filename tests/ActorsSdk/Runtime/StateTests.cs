using Dapr.Actors;
using Dapr.Actors.Runtime;
using Dapr.Actors.Runtime.State;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Serverless.ActorsSdk.Tests.Actors;

namespace Serverless.ActorsSdk.Tests.Runtime;

public sealed class StateTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryStore _store = new();
    private readonly IActorStateManager _state;

    public StateTests()
    {
        var options = new ActorTestOptions();
        var host = new ActorHost(
            ActorTypeInformation.Get(typeof(CounterActor), "Counter"), new ActorId("a"), NullLoggerFactory.Instance, options.JsonSerializerOptions, options.ProxyFactory,
            options.TimerManager, _store, _time);
        _state = new CounterActor(host).StateManager;
    }

    [Fact]
    public async Task All_changes_are_one_transaction_and_without_changes_there_is_none()
    {
        _store.Values["old"] = 1;
        await _state.SetStateAsync("a", 1);
        await _state.AddStateAsync("b", 2);
        await _state.RemoveStateAsync("old");
        await _state.SaveStateAsync();
        await _state.SaveStateAsync();
        await _state.GetStateAsync<int>("a");
        await _state.SaveStateAsync();
        _store.Saved.ShouldBe(["Add a=1, Add b=2, Remove old="]);
    }

    [Fact]
    public async Task A_value_is_read_once_until_the_cache_is_cleared()
    {
        _store.Values["a"] = 1;
        (await _state.GetStateAsync<int>("a")).ShouldBe(1);
        _store.Values["a"] = 2;
        (await _state.GetStateAsync<int>("a")).ShouldBe(1);
        await _state.ClearCacheAsync();
        (await _state.GetStateAsync<int>("a")).ShouldBe(2);
        _store.Reads.ShouldBe(2);
    }

    [Fact]
    public async Task Clearing_the_cache_drops_what_was_not_saved()
    {
        await _state.SetStateAsync("a", 1);
        await _state.ClearCacheAsync();
        (await _state.TryGetStateAsync<int>("a")).HasValue.ShouldBeFalse();
        await _state.SaveStateAsync();
        _store.Saved.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_save_that_fails_drops_the_cache_so_that_nothing_unsaved_looks_saved()
    {
        await _state.SetStateAsync("a", 1);
        _store.Fault = new TimeoutException("who knows");
        await Should.ThrowAsync<TimeoutException>(() => _state.SaveStateAsync());
        _store.Fault = null;
        (await _state.ContainsStateAsync("a")).ShouldBeFalse();
        await _state.SaveStateAsync();
        _store.Saved.ShouldBeEmpty();
    }

    [Fact]
    public async Task Setting_an_unknown_name_asks_whether_it_is_there()
    {
        _store.Values["a"] = 1;
        await _state.SetStateAsync("a", 2);
        await _state.SetStateAsync("b", 2);
        await _state.SaveStateAsync();
        _store.Saved.ShouldBe(["Update a=2, Add b=2"]);
    }

    [Fact]
    public async Task Adding_what_is_there_is_an_error()
    {
        _store.Values["a"] = 1;
        (await Should.ThrowAsync<InvalidOperationException>(() => _state.AddStateAsync("a", 2))).Message.ShouldBe("The actor state name 'a' already exist.");
        (await _state.TryAddStateAsync("a", 2)).ShouldBeFalse();
        (await _state.GetOrAddStateAsync("a", 2)).ShouldBe(1);
        (await _state.GetOrAddStateAsync("b", 2)).ShouldBe(2);
    }

    [Fact]
    public async Task Reading_or_removing_what_is_not_there_is_an_error()
    {
        (await Should.ThrowAsync<KeyNotFoundException>(() => _state.GetStateAsync<int>("a"))).Message.ShouldBe("Actor State with name a was not found.");
        (await Should.ThrowAsync<KeyNotFoundException>(() => _state.RemoveStateAsync("a"))).Message.ShouldBe("Actor State with name a was not found.");
        (await _state.TryRemoveStateAsync("a")).ShouldBeFalse();
        (await _state.ContainsStateAsync("a")).ShouldBeFalse();
    }

    [Fact]
    public async Task Adding_and_removing_before_the_save_cancels_out()
    {
        await _state.AddStateAsync("a", 1);
        await _state.RemoveStateAsync("a");
        await _state.SaveStateAsync();
        _store.Saved.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_removed_can_be_set_again_in_the_same_call()
    {
        _store.Values["a"] = 1;
        await _state.RemoveStateAsync("a");
        (await _state.ContainsStateAsync("a")).ShouldBeFalse();
        (await _state.AddOrUpdateStateAsync("a", 5, (_, old) => old + 1)).ShouldBe(5);
        await _state.SaveStateAsync();
        _store.Saved.ShouldBe(["Update a=5"]);
    }

    [Fact]
    public async Task Add_or_update_updates_from_the_stored_value()
    {
        _store.Values["a"] = 1;
        (await _state.AddOrUpdateStateAsync("a", 5, (name, old) => old + name.Length)).ShouldBe(2);
        (await _state.AddOrUpdateStateAsync("a", 5, (_, old) => old * 10)).ShouldBe(20);
        (await _state.AddOrUpdateStateAsync("b", 5, (_, old) => old * 10)).ShouldBe(5);
        await _state.SaveStateAsync();
        _store.Saved.ShouldBe(["Update a=20, Add b=5"]);
    }

    [Fact]
    public async Task A_value_disappears_when_its_time_is_over_and_setting_it_without_a_time_keeps_it()
    {
        await _state.SetStateAsync("a", 1, TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(9));
        await _state.SetStateAsync("a", 2, TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(9));
        (await _state.GetStateAsync<int>("a")).ShouldBe(2);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<KeyNotFoundException>(() => _state.GetStateAsync<int>("a"));
        (await _state.ContainsStateAsync("a")).ShouldBeTrue("for a cached value expiry is not looked at, as in the official SDK");
        (await _state.TryAddStateAsync("a", 3)).ShouldBeTrue();
        _time.Advance(TimeSpan.FromDays(9));
        (await _state.GetStateAsync<int>("a")).ShouldBe(3);
    }

    [Fact]
    public async Task Add_or_update_of_a_cached_value_keeps_its_time()
    {
        await _state.SetStateAsync("a", 1, TimeSpan.FromSeconds(10));
        await _state.AddOrUpdateStateAsync("a", 1, (_, old) => old + 1, TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromSeconds(10));
        (await _state.TryGetStateAsync<int>("a")).HasValue.ShouldBeFalse();
    }

    [Fact]
    public async Task Unloading_a_changed_value_needs_permission()
    {
        await _state.SetStateAsync("a", 1);
        await Should.ThrowAsync<InvalidOperationException>(() => _state.UnloadStateAsync("a"));
        await _state.UnloadStateAsync("a", new UnloadStateOptions { AllowUnloadingWhenStateModified = true });
        (await _state.ContainsStateAsync("a")).ShouldBeFalse();
        _store.Values["b"] = 1;
        await _state.GetStateAsync<int>("b");
        await _state.UnloadStateAsync("b");
        await _state.GetStateAsync<int>("b");
        _store.Reads.ShouldBe(4);
    }

    [Fact]
    public async Task An_actor_of_a_unit_test_says_that_it_has_no_state()
    {
        var actor = new CounterActor(ActorHost.CreateForTest<CounterActor>());
        (await Should.ThrowAsync<InvalidOperationException>(actor.GetAsync)).Message.ShouldContain("set Actor.StateManager to a double");
    }

    private sealed class MemoryStore : IActorStateStore
    {
        public Dictionary<string, object?> Values { get; } = [];

        public List<string> Saved { get; } = [];

        public int Reads { get; private set; }

        public Exception? Fault { get; set; }

        public Task<ConditionalValue<StoredState<T>>> TryReadAsync<T>(string actorType, string actorId, string stateName, CancellationToken cancellationToken)
        {
            Reads++;
            return Task.FromResult(Values.TryGetValue(stateName, out var value)
                ? new ConditionalValue<StoredState<T>>(hasValue: true, new StoredState<T>((T)value!, Expires: null))
                : default);
        }

        public Task<bool> ContainsAsync(string actorType, string actorId, string stateName, CancellationToken cancellationToken)
        {
            Reads++;
            return Task.FromResult(Values.ContainsKey(stateName));
        }

        public Task SaveAsync(string actorType, string actorId, IReadOnlyList<ActorStateChange> changes, CancellationToken cancellationToken)
        {
            if (Fault is not null)
            {
                return Task.FromException(Fault);
            }

            Saved.Add(string.Join(", ", changes.Select(change => $"{change.ChangeKind} {change.StateName}={change.Value}")));
            foreach (var change in changes)
            {
                Values[change.StateName] = change.Value;
            }

            return Task.CompletedTask;
        }
    }
}
