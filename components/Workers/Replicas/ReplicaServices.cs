using Microsoft.Extensions.Logging;
using Serverless.Workers.InFlight;
using Serverless.Workers.Sidecar;

namespace Serverless.Workers.Replicas;

/// <summary>What every part of a replica needs.</summary>
internal sealed record ReplicaServices(ControlPlane Control, WorkerOptions Options, ILogger Logger, InFlightFile? InFlight);
