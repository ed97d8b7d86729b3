using System.CommandLine;

namespace Serverless.Cli.Up;

/// <summary><c>--app shop=5000</c>: apps of the user's own on the installation's sidecar, which may subscribe to <c>job-events</c>.</summary>
internal static class OwnApps
{
    private const string Name = "--app";

    public static Option<string[]> Create() => new(Name) { Description = "An app of your own on the sidecar and its port on this machine: it may subscribe to job-events. Repeat it for more", HelpName = "id=port" };

    /// <summary>Reads the option.</summary>
    /// <exception cref="FormatException">Something is no app.</exception>
    public static IReadOnlyDictionary<string, int> Parse(IReadOnlyList<string> values)
    {
        Dictionary<string, int> apps = [];
        foreach (var value in values)
        {
            if (value.Split('=') is not [{ Length: > 0 } id, var text] || !int.TryParse(text, out var port) || port is < 1 or > 65535 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                throw new FormatException($"{Name}: expected id=port, such as shop=5000, found \"{value}\".");
            }

            if (id == UpPlan.Api || id.StartsWith(UpPlan.WorkerPrefix, StringComparison.Ordinal) || !apps.TryAdd(id, port))
            {
                throw new FormatException($"{Name}: the id \"{id}\" is taken; choose another one.");
            }
        }

        return apps;
    }
}
