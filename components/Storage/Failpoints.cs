using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;

namespace Serverless.Storage;

/// <summary>
/// Named points at which a test can make this process fail. They cost nothing unless the environment variable
/// <c>SERVERLESS_FAILPOINTS</c> arms them when the process starts: entries <c>point=action</c>, separated by semicolons, where action is
/// <c>kill</c> (SIGKILL to this process, as a power cut would end it) or <c>error</c> (<see cref="FailpointException"/>), at every hit,
/// or with <c>@n</c> at the n-th hit only. Example: <c>storage.blob.before-link=kill@3;storage.blob.after-link=error</c>.
/// </summary>
public static class Failpoints
{
    /// <summary>The environment variable that arms points.</summary>
    public const string Variable = "SERVERLESS_FAILPOINTS";

    private static readonly Lazy<FrozenDictionary<string, Armed>> Points = new(() => Parse(Environment.GetEnvironmentVariable(Variable)!));
    private static readonly bool AnyArmed = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Marks a point; names are <c>component.thing.moment</c> in lower case.</summary>
    /// <exception cref="FailpointException">The point is armed with <c>error</c>.</exception>
    /// <exception cref="FormatException">The environment variable is malformed.</exception>
    public static void Hit(string point)
    {
        if (AnyArmed && Points.Value.TryGetValue(point, out var armed)) armed.Hit(point);
    }

    internal static FrozenDictionary<string, Armed> Parse(string text)
    {
        var points = new Dictionary<string, Armed>();
        foreach (var entry in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, action) = entry.Split('=') is [var left, var right] ? (left, right) : ("", "");
            var hit = 0;
            if (action.Split('@') is [var bare, var number])
                (action, hit) = (bare, int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : -1);
            if (name.Length == 0 || action is not ("kill" or "error") || hit < 0)
                throw new FormatException($"{Variable} has the entry \"{entry}\"; expected point=kill or point=error, with @n for the n-th hit only.");
            points[name] = new Armed(action == "kill", hit);
        }
        return points.ToFrozenDictionary();
    }

    /// <summary>A point that fails, at every hit or (<paramref name="only"/> > 0) at one.</summary>
    internal sealed class Armed(bool kill, int only)
    {
        private int hits;

        internal void Hit(string point)
        {
            var hit = Interlocked.Increment(ref hits);
            if (only != 0 && hit != only) return;
            if (!kill) throw new FailpointException($"Failpoint {point} fired at hit {hit}.");
            using var self = Process.GetCurrentProcess();
            self.Kill();
            Thread.CurrentThread.Join();
        }
    }
}

/// <summary>A failpoint that was armed with <c>error</c>; an I/O error to whoever does not know better.</summary>
public sealed class FailpointException(string message) : IOException(message);
