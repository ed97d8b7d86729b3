using Dapr.Protocol;
using Dapr.Workflow;
using Google.Protobuf;
using Serverless.WorkflowSdk.Tests.Support;

namespace Serverless.WorkflowSdk.Tests.Histories;

/// <summary>
/// A history that code of an earlier day made, as protobuf JSON in this folder. With RECORD_HISTORIES=1 in the environment the tests write
/// the files anew from today's code; do that only for new files, never to make a test pass.
/// </summary>
internal static class SavedHistory
{
    private static readonly JsonFormatter Format = new(JsonFormatter.Settings.Default.WithIndentation());

    /// <summary>Reads a history; records it first when that was asked for.</summary>
    public static IReadOnlyList<HistoryEvent> Read(string name, Func<Simulator> record)
    {
        var path = Clone.PathOf("tests", "WorkflowSdk", "Histories", name + ".json");
        if (Environment.GetEnvironmentVariable("RECORD_HISTORIES") == "1")
        {
            File.WriteAllText(path, Format.Format(new GetInstanceHistoryResponse { Events = { record().History } }) + "\n");
        }

        return GetInstanceHistoryResponse.Parser.ParseJson(File.ReadAllText(path)).Events;
    }

    /// <summary>Replays the whole of it.</summary>
    public static TurnResult Replay(IReadOnlyList<HistoryEvent> history, Func<WorkflowContext, Task<object?>> code) =>
        Turn.Run(code, history, [], Simulator.InstanceId);
}
