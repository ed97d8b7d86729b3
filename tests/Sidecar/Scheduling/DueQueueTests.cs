using Dapr.Sidecar.Scheduling;
using Microsoft.Extensions.Time.Testing;

namespace Serverless.Sidecar.Tests.Scheduling;

public sealed class DueQueueTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _due = [];

    [Fact]
    public void Keys_fall_due_in_order_of_time_and_not_before_it()
    {
        using var queue = Create();
        queue.Set("later", Now(20));
        queue.Set("sooner", Now(10));

        Advance(9);
        _due.ShouldBeEmpty();
        Advance(2);
        _due.ShouldBe(["sooner"]);
        Advance(10);
        _due.ShouldBe(["sooner", "later"]);
        queue.Count.ShouldBe(0);
    }

    [Fact]
    public void Setting_a_key_again_moves_it_and_removing_forgets_it()
    {
        using var queue = Create();
        queue.Set("moved", Now(5));
        queue.Set("moved", Now(15));
        queue.Set("removed", Now(5));
        queue.Remove("removed");

        Advance(10);
        _due.ShouldBeEmpty();
        Advance(10);
        _due.ShouldBe(["moved"]);
    }

    [Fact]
    public void A_key_set_in_the_past_is_due_at_once()
    {
        using var queue = Create();
        queue.Set("past", Now(-10));
        _time.Advance(TimeSpan.Zero);
        _due.ShouldBe(["past"]);
    }

    [Fact]
    public void A_callback_may_set_its_key_again()
    {
        DueQueue<string>? queue = null;
        using var again = queue = new DueQueue<string>(_time, (key, dueAt) =>
        {
            _due.Add(key);
            if (_due.Count < 3)
            {
                queue!.Set(key, dueAt + TimeSpan.FromSeconds(5));
            }
        });
        queue.Set("periodic", Now(5));

        Advance(20);
        _due.Count.ShouldBe(3);
    }

    private DueQueue<string> Create() => new(_time, (key, _) => _due.Add(key));

    private DateTimeOffset Now(int seconds) => _time.GetUtcNow() + TimeSpan.FromSeconds(seconds);

    private void Advance(int seconds)
    {
        for (var i = 0; i < seconds * 4; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }
    }
}
