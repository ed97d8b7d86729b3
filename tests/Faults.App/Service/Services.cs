using System.Globalization;
using System.Net;
using Serverless.Api;
using Serverless.Api.Hosting;
using Serverless.Placement.Hosting;
using Serverless.Storage;
using Serverless.Workers;

namespace Serverless.Faults.App.Service;

/// <summary>
/// The job service's own processes, composed as <c>serverless api</c> and <c>serverless worker</c> compose them, but for leases and sweeps of seconds instead of
/// half minutes and an engine without a model.
/// </summary>
internal static class Services
{
    /// <summary>How long a node or a replica may be silent before it is lost.</summary>
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(4), SweepInterval = TimeSpan.FromSeconds(1), HeartbeatInterval = TimeSpan.FromMilliseconds(500);

    /// <summary><c>api DATA PORT APP-PORT</c>, <c>worker DATA NODE APP-PORT</c>; null for anything else.</summary>
    public static WebApplication? Build(string[] arguments, ILoggerFactory loggers) => arguments switch
    {
        ["api", var data, var port, var appPort] => Api(data, Number(port), Number(appPort), loggers),
        ["worker", var data, var node, var appPort] => Worker(data, node, Number(appPort), loggers),
        _ => null,
    };

    private static WebApplication Api(string data, int port, int appPort, ILoggerFactory loggers) => ApiHost.Build(
        ApiOptions.Over(data, port, appPort, IPAddress.Loopback),
        loggers: loggers,
        configure: builder => builder.Services.Configure<PlacementOptions>(placement =>
            (placement.LeaseTime, placement.SweepInterval, placement.PrepareTime, placement.ShortestBackoff, placement.OnPoint) = (LeaseTime, SweepInterval, LeaseTime, SweepInterval, Failpoints.Hit)));

    private static WebApplication Worker(string data, string node, int appPort, ILoggerFactory loggers) => WorkerHost.Build(
        new WorkerOptions
        {
            NodeId = node,
            AppPort = appPort,
            DataFolder = data,
            LoadEngine = EchoEngine.LoadAsync,
            HeartbeatInterval = HeartbeatInterval,
            IdleInterval = SweepInterval,
        },
        loggers);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
