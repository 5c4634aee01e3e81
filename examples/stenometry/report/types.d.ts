/** What a page is given: `page_data.cpp` writes it. Lengths are in the `unit` of their analysis, places in pixels. */

type PageData = InputData | IndexData;

type Point = [number, number];
type Points = (Point | null)[] | null;
type Numbers = (number | null)[] | null;
type Interval = [number, number] | null;

interface Software {
    name: string;
    version: string;
    cpu_target: string;
    network: { name: string; version: string; sha256: string; learned_from: string | null };
}

interface Calibration {
    mm_per_px_x: number | null;
    mm_per_px_y: number | null;
    source: string;
    relative_sd: number | null;
    catheter: { outer_diameter_mm: number; contents: string; apparent_ratio: number | null } | null;
}

/** Where a lesion lies in the tree; null where that is not seen. */
interface Location {
    from_ostium: number | null;
    third: "proximal" | "middle" | "distal" | null;
    near_origin: boolean | null;
    medina: string | null;
}

interface Ectasia extends Location {
    id: number;
    max_index: number;
    proximal_index: number;
    distal_index: number;
    max_diameter: number | null;
    max_diameter_ci95: Interval;
    reference: number | null;
    ratio: number;
    ratio_ci95: Interval;
    length: number | null;
    shape: "fusiform" | "saccular";
}

interface Narrowing extends Location {
    id: number;
    is_lesion: boolean;
    mld: number | null;
    mld_ci95: Interval;
    mld_at_px: Point;
    mld_index: number;
    reference: number | null;
    reference_ci95: Interval;
    percent_diameter_stenosis: number | null;
    percent_diameter_stenosis_ci95: Interval;
    percent_area_stenosis_circular: number | null;
    percent_area_stenosis_densitometric: number | null;
    length: number | null;
    proximal_index: number;
    distal_index: number;
    probability_at_least_50: number | null;
    probability_at_least_70: number | null;
    confidence: number | null;
    side_vessel: number | null;
    ostial: boolean;
    total_occlusion: boolean;
    overlap: boolean | null;
    plaque_area: number | null;
    symmetry: number | null;
    inflow_angle_deg: number | null;
    outflow_angle_deg: number | null;
    reason: string | null;
    /** Where no lumen is seen in it. */
    gap: { length: number; stump_diameter: number; filling_diameter: number } | null;
}

interface Vessel {
    id: number;
    parent: number | null;
    order: number | null;
    reason: string | null;
    length: number | null;
    mean_diameter: number | null;
    min_diameter: number | null;
    max_diameter: number | null;
    diffuse_disease: boolean;
    centerline_px: Points;
    left_wall_px: Points;
    right_wall_px: Points;
    position: Numbers;
    diameter: Numbers;
    diameter_sd: Numbers;
    reference: Numbers;
    stenoses: Narrowing[];
    ectasias: Ectasia[];
}

interface Warning {
    code: string;
    message: string;
    vessel: number | null;
    lesion: number | null;
}

interface Frame {
    frame: number;
    frames: number;
    width: number;
    height: number;
    intensity: string;
    evidence: string | null;
    primary_angle_deg: number | null;
    secondary_angle_deg: number | null;
    picture: string | null;
    picture_missing: string | null;
    unit: "mm" | "px";
    calibration: Calibration;
    catheter: { tip_at_px: Point; diameter: number | null; centerline_px: Points } | null;
    vessels: Vessel[];
    warnings: Warning[];
}

/** A lesion in one frame of a cine. */
interface Sighting {
    frame: number;
    vessel: number;
    narrowing: number | null;
    is_lesion: boolean;
    percent_diameter_stenosis: number | null;
}

/** One lesion as the frames of a cine show it; values are medians. */
interface CineLesion {
    percent_diameter_stenosis: number | null;
    percent_diameter_stenosis_ci95: Interval;
    mld: number | null;
    mld_ci95: Interval;
    confidence: number | null;
    lesion_frames: number;
    in_single_frame: boolean;
    sightings: Sighting[];
}

interface Neighbour {
    href: string;
    path: string;
}

interface Navigation {
    index: string;
    place: number;
    count: number;
    previous: Neighbour | null;
    next: Neighbour | null;
}

interface InputData {
    kind: "input";
    path: string;
    status: string;
    reason: string | null;
    software: Software | null;
    navigation: Navigation | null;
    frames_left_out: number;
    cine_lesions: CineLesion[];
    /** The one of them that stands for the cine. */
    main_cine_lesion: number | null;
    frames: Frame[];
}

/** A row of the index. */
interface InputRow {
    href: string;
    path: string;
    status: string;
    reason: string | null;
    frames: number;
    vessels: number;
    lesions: number;
    warnings: number;
    thumbnail: string | null;
    unit: "mm" | "px";
    worst:
        | (Pick<
              Narrowing,
              | "percent_diameter_stenosis"
              | "percent_diameter_stenosis_ci95"
              | "mld"
              | "mld_ci95"
              | "confidence"
          > &
              Partial<Narrowing>)
        | null;
}

interface IndexData {
    kind: "index";
    title: string;
    software: Software | null;
    inputs: InputRow[];
}

/** A lesion or another narrowing with its vessel; lesions have a number within their frame. */
interface Finding {
    vessel: number;
    narrowing: Narrowing;
    number: number | null;
}

interface State {
    frame: number;
    vessel: number | null;
    sample: number | null;
    finding: Finding | null;
    layers: Record<string, boolean>;
}

interface Store {
    readonly state: State;
    set(change: Partial<State>): void;
    subscribe(listener: (state: State, before: State) => void): void;
}

interface Camera {
    x: number;
    y: number;
    width: number;
    height: number;
}
