using Dapr.Actors;
using Dapr.Actors.Runtime;
using Dapr.Actors.Runtime.Timers;
using Serverless.ActorsSdk.Tests.Actors;
using Serverless.ActorsSdk.Tests.Wire;

namespace Serverless.ActorsSdk.Tests.Runtime;

public sealed class TimerRegistrationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly RecordingTimers _timers = new();
    private readonly PublicActor _actor;

    public TimerRegistrationTests() => _actor = new PublicActor(ActorHost.CreateForTest<PublicActor>(new ActorTestOptions { ActorId = new ActorId("a"), TimerManager = _timers }));

    [Theory]
    [InlineData("Missing", "Timer callback method: Missing does not exist in the Actor class: PublicActor")]
    [InlineData("Twice", "Timer callback method: Twice cannot be overloaded.")]
    [InlineData("TwoParameters", "Timer callback can accept only zero or one parameters")]
    [InlineData("NoTask", "Timer callback can only return type Task")]
    [InlineData("TaskOfBool", "Timer callback can only return type Task")]
    public async Task A_callback_that_breaks_a_rule_is_refused(string callback, string message) =>
        (await Should.ThrowAsync<ArgumentException>(() => _actor.RegisterTimerAsync("t", callback, null!, Second, Second))).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("Nothing")]
    [InlineData("Bytes")]
    [InlineData("Private")]
    [InlineData("Static")]
    public async Task A_callback_may_be_private_or_static_and_take_bytes_or_nothing(string callback)
    {
        await _actor.RegisterTimerAsync("t", callback, [1, 2], Second, Second);
        await TimerMethod.Of(typeof(PublicActor), callback).CallAsync(_actor, [1, 2]);
        PublicActor.Called.Value.ShouldBe(callback);
    }

    [Fact]
    public async Task A_timer_without_a_name_gets_one()
    {
        var timer = await _actor.RegisterTimerAsync("", "Nothing", null!, Second, Second);
        timer.Name.ShouldStartWith("a_Timer_");
        _timers.Timers.ShouldHaveSingleItem().ShouldBe(timer);
    }

    [Fact]
    public void Durations_out_of_range_are_refused()
    {
        var id = new ActorId("a");
        Should.Throw<ArgumentOutOfRangeException>(() => new ActorTimer("T", id, "t", "Nothing", null!, -Second, Second)).ParamName.ShouldBe("dueTime");
        Should.Throw<ArgumentOutOfRangeException>(() => new ActorTimer("T", id, "t", "Nothing", null!, Second, -Second)).ParamName.ShouldBe("period");
        Should.Throw<ArgumentOutOfRangeException>(() => new ActorTimer("T", id, "t", "Nothing", null!, Second, Second, TimeSpan.Zero)).ParamName.ShouldBe("ttl");
        Should.Throw<ArgumentOutOfRangeException>(() => new ActorReminder("T", id, "r", null!, Second, Second, repetitions: 0)).ParamName.ShouldBe("repetitions");
        new ActorReminder("T", id, "r", null!, TimeSpan.Zero, TimeSpan.FromMilliseconds(-1)).Ttl.ShouldBeNull();
    }

    [Fact]
    public async Task A_registered_reminder_can_be_looked_at()
    {
        await using var sidecar = await FakeSidecar.StartAsync();
        sidecar.Intercept = async context =>
        {
            await context.Response.Body.WriteAsync("""{"dueTime":"1s","period":"R3/PT5S","data":"AQI=","ttl":"1h0m0s0ms"}"""u8.ToArray());
            return true;
        };
        var reminder = (ActorReminder)await new SidecarTimerManager(new(sidecar.Endpoint, token: null, timeout: null)).GetReminderAsync(new ActorReminderToken("T", new ActorId("a"), "r"));
        (reminder.Name, reminder.DueTime, reminder.Period, reminder.Repetitions, reminder.Ttl).ShouldBe(("r", Second, 5 * Second, 3, 3600 * Second));
        reminder.State.ShouldBe([1, 2]);
    }

    [Theory]
    [InlineData(200, "{}")]
    [InlineData(200, "")]
    public async Task A_reminder_that_an_old_sidecar_does_not_know_is_null(int status, string body)
    {
        (await GetReminderAsync(status, body)).ShouldBeNull();
    }

    [Fact]
    public async Task A_reminder_that_a_new_sidecar_does_not_know_is_its_error()
    {
        var error = await Should.ThrowAsync<Dapr.DaprApiException>(() => GetReminderAsync(404, """{"errorCode":"ERR_ACTOR_REMINDER_NOT_FOUND","message":"no"}"""));
        error.ErrorCode.ShouldBe("ERR_ACTOR_REMINDER_NOT_FOUND");
    }

    private static async Task<IActorReminder> GetReminderAsync(int status, string body)
    {
        await using var sidecar = await FakeSidecar.StartAsync();
        sidecar.AlwaysAnswer(status, body);
        return await new SidecarTimerManager(new(sidecar.Endpoint, token: null, timeout: null)).GetReminderAsync(new ActorReminderToken("T", new ActorId("a"), "r"));
    }

    public sealed class PublicActor(ActorHost host) : Actor(host), IDoublingActor
    {
        public static AsyncLocal<string> Called { get; } = new();

        public Task<int> DoubleAsync(int value) => Task.FromResult(value);

        public Task Nothing() => Note(nameof(Nothing));

        public Task Bytes(byte[] data) => Note(data.Length == 2 ? nameof(Bytes) : "no bytes");

        public static Task Static() => Note(nameof(Static));

        public Task Twice() => Task.CompletedTask;

        public Task Twice(byte[] data) => Task.CompletedTask;

        public Task TwoParameters(byte[] data, int other) => Task.CompletedTask;

        public void NoTask()
        {
        }

        public Task<bool> TaskOfBool() => Task.FromResult(true);

#pragma warning disable IDE0051 // A timer calls it by name.
        private Task Private() => Note(nameof(Private));
#pragma warning restore IDE0051

        private static Task Note(string name)
        {
            Called.Value = name;
            return Task.CompletedTask;
        }
    }

    private sealed class RecordingTimers : ActorTimerManager
    {
        public List<ActorTimer> Timers { get; } = [];

        public override Task RegisterTimerAsync(ActorTimer timer)
        {
            Timers.Add(timer);
            return Task.CompletedTask;
        }

        public override Task RegisterReminderAsync(ActorReminder reminder) => throw new NotSupportedException();

        public override Task<IActorReminder> GetReminderAsync(ActorReminderToken reminder) => throw new NotSupportedException();

        public override Task UnregisterReminderAsync(ActorReminderToken reminder) => throw new NotSupportedException();

        public override Task UnregisterTimerAsync(ActorTimerToken timer) => throw new NotSupportedException();
    }
}
