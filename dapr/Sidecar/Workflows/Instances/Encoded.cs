using Dapr.Protocol;
using Google.Protobuf;

namespace Dapr.Sidecar.Workflows.Instances;

/// <summary>An event with its bytes; made outside of the engine's lock, since payloads may be large.</summary>
internal readonly record struct Encoded(HistoryEvent Event, byte[] Bytes)
{
    public static Encoded Of(HistoryEvent historyEvent) => new(historyEvent, historyEvent.ToByteArray());
}
